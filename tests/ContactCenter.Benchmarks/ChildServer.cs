using System.Diagnostics;

namespace ContactCenter.Benchmarks;

/// <summary>
/// A server in a process of its own, so that its processor time is its own. It prints its address as the first line and
/// ends when its standard input is closed.
/// </summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ChildServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    internal Uri Address { get; }

    /// <summary>The processor time that the process has used, user and system.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts this executable in the role of a child.</summary>
    internal static Task<ChildServer> StartSelfAsync(params string[] arguments) =>
        StartAsync("dotnet", [typeof(ChildServer).Assembly.Location, "child", .. arguments]);

    internal static async Task<ChildServer> StartAsync(string program, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit)
                ?? throw new InvalidOperationException($"{program} ended before it printed its address.");
            return new ChildServer(process, new Uri(line));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

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
}
