using System.Diagnostics;

namespace ContactCenter.Benchmarks;

/// <summary>
/// One side of a comparison in a process of its own, so that its processor time and its memory are its own. It prints a
/// line when it is ready, may be told things by lines, and ends when its standard input is closed.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ChildProcess(Process process, string greeting)
    {
        _process = process;
        Greeting = greeting;
    }

    /// <summary>The first line it printed: of a server, its address.</summary>
    internal string Greeting { get; }

    /// <summary>The processor time that the process has used, user and system.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The memory that the process holds now, in MiB.</summary>
    internal double ResidentMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1_048_576.0;
        }
    }

    /// <summary>Starts this executable in the role of a child.</summary>
    internal static Task<ChildProcess> StartSelfAsync(params string[] arguments) =>
        StartAsync("dotnet", [typeof(ChildProcess).Assembly.Location, "child", .. arguments]);

    /// <summary>Starts a script of this project on node, in the folder of the packages of <c>tests/package.json</c>.</summary>
    internal static Task<ChildProcess> StartNodeAsync(string script, params string[] arguments) =>
        StartAsync("node", [Path.Combine(AppContext.BaseDirectory, script), .. arguments], workingDirectory: "tests");

    /// <summary>Tells the process something.</summary>
    internal async Task SendAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The next line that the process prints.</summary>
    internal async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken)
        ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} ended too soon.");

    /// <summary>Closes its standard input and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<ChildProcess> StartAsync(string program, IEnumerable<string> arguments, string workingDirectory = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = workingDirectory,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit)
                ?? throw new InvalidOperationException($"{program} ended before it was ready.");
            return new ChildProcess(process, line);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }
}
