using System.Collections.Concurrent;
using System.Diagnostics;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>A program that a test starts, and a folder of its own. Whatever it leaves behind is killed at the end.</summary>
internal sealed class TestProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private TestProgram(Process process, string mark, string folder)
    {
        (_process, Mark, Folder) = (process, mark, folder);
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Is in the environment of the program and of whatever it starts.</summary>
    public string Mark { get; }

    /// <summary>Where the program keeps its data.</summary>
    public string Folder { get; }

    /// <summary>What it has written.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Makes an empty folder that other users may enter.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("contactcenter-test.").FullName;
        // Postgres runs as a user of its own.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    /// <summary>Starts a program.</summary>
    /// <param name="folder">Where it keeps its data; deleted by the caller.</param>
    /// <param name="environment">Variables beyond those of this process.</param>
    /// <param name="command">The program and its arguments.</param>
    public static TestProgram Start(string folder, IEnumerable<KeyValuePair<string, string>> environment, params string[] command)
    {
        var mark = $"CONTACTCENTER_TEST_MARK={Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        // Who runs the tests in the background of a shell has them ignore SIGINT, and children would inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal", mark, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new TestProgram(Process.Start(start)!, mark, folder);
    }

    /// <summary>Starts the AppHost of the suite.</summary>
    public static TestProgram StartAppHost(string folder, IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments)
    {
        // bin/Release/net10.0 of the tests is bin/Release/net10.0 of the AppHost.
        var output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split('/')[^2..];
        var assembly = Path.Combine([ServerProcess.RepositoryRoot, "ContactCenter.AppHost", "bin", .. output, "ContactCenter.AppHost.dll"]);
        return Start(folder, environment, ["dotnet", assembly, "--Backing:DataPath", folder, "--no-traffic", .. arguments]);
    }

    /// <summary>Sends a signal.</summary>
    public Task SignalAsync(string signal) => Processes.SignalAsync(_process.Id, signal);

    /// <summary>Waits until it has written a text.</summary>
    public async Task UntilWrittenAsync(string text, TimeSpan limit)
    {
        await Eventually.TrueAsync(() => _process.HasExited || Output.Contains(text, StringComparison.Ordinal), limit);
        Assert.Contains(text, Output, StringComparison.Ordinal);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"It still runs after {limit}. It wrote: {Output}");
        }
    }

    /// <summary>Waits until nothing of it is left.</summary>
    public Task NothingLeftAsync(TimeSpan limit) => Processes.NoneAsync(limit, Mark, Folder);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes.With(Mark, Folder))
        {
            using var kill = Process.Start("kill", ["-KILL", process.Split(' ')[0]]);
            await kill.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
