using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ContactCenter.Testing.Suite;

/// <summary>The whole suite, started through its AppHost as <c>./run</c> does, on servers and data of its own.</summary>
public sealed class RunningSuite : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    private readonly Process _appHost;
    private readonly string _mark;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly SemaphoreSlim _written = new(0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<(int Id, long StartTicks), bool> _seen = new();
    private readonly Task _watch;

    private RunningSuite(Process appHost, string mark)
    {
        (_appHost, _mark) = (appHost, mark);
        appHost.OutputDataReceived += (_, line) => Write(line.Data);
        appHost.ErrorDataReceived += (_, line) => Write(line.Data);
        appHost.BeginOutputReadLine();
        appHost.BeginErrorReadLine();
        _watch = WatchAsync();
    }

    /// <summary>What the AppHost and everything below it has written so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The processes that the AppHost started and that still run; the AppHost is not among them.</summary>
    public IReadOnlyList<SuiteProcess> Processes
    {
        get
        {
            Look();
            return [.. SuiteProcess.All().Where(p => p.Id != _appHost.Id && (p.Has(_mark) || _seen.ContainsKey((p.Id, p.StartTicks))))];
        }
    }

    /// <summary>Starts an AppHost. It must have been built in the configuration of the caller.</summary>
    /// <param name="dataPath">The folder of all data; kept when the suite stops.</param>
    /// <param name="arguments">The AppHost's arguments, such as <c>--once</c>.</param>
    /// <returns>The suite, which may not be ready yet.</returns>
    public static RunningSuite Start(string dataPath, params string[] arguments) => Start(dataPath, new Dictionary<string, string>(), arguments);

    /// <summary>Starts an AppHost whose services find more settings in their environment than it gives them.</summary>
    /// <param name="dataPath">The folder of all data; kept when the suite stops.</param>
    /// <param name="environment">The settings.</param>
    /// <param name="arguments">The AppHost's arguments, such as <c>--once</c>.</param>
    /// <returns>The suite, which may not be ready yet.</returns>
    public static RunningSuite Start(string dataPath, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var root = ServerProcess.RepositoryRoot;
        // bin/Release/net10.0 of the tests is bin/Release/net10.0 of the AppHost.
        var output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar)[^2..];
        var appHost = Path.Combine([root, "ContactCenter.AppHost", "bin", .. output, "ContactCenter.AppHost.dll"]);

        var mark = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var start = new ProcessStartInfo("dotnet", [appHost, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = root,
            Environment =
            {
                ["CONTACTCENTER_SUITE"] = mark,
                ["Backing__DataPath"] = dataPath,
                ["Backing__Mode"] = "Native",
            },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new RunningSuite(Process.Start(start)!, mark);
    }

    /// <summary>Waits until the AppHost ends by itself.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It still runs; the message has its output.</exception>
    public async Task<int> ExitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        try
        {
            await _appHost.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The AppHost still runs after {limit}:\n{Output}");
        }
        return _appHost.ExitCode;
    }

    /// <summary>Waits for a line of output.</summary>
    /// <param name="pattern">What the line contains.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The line.</returns>
    /// <exception cref="TimeoutException">No such line came; the message has the output.</exception>
    public async Task<string> LineAsync(Regex pattern, TimeSpan limit, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_output.FirstOrDefault(pattern.IsMatch) is { } line)
                return line;
            var left = limit - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || _appHost.HasExited || !await _written.WaitAsync(left, cancellation))
                throw new TimeoutException($"No line with '{pattern}' within {limit}:\n{Output}");
        }
    }

    /// <summary>Waits until a service is healthy.</summary>
    /// <param name="project">The service's project, such as <c>ContactCenter.InsightsEnrichment</c>.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Its process.</returns>
    /// <exception cref="TimeoutException">It did not become healthy; the message has the output.</exception>
    public async Task<SuiteProcess> ServiceAsync(string project, TimeSpan limit, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < limit && !_appHost.HasExited && await timer.WaitForNextTickAsync(cancellation))
        {
            var process = Processes.FirstOrDefault(p => p.CommandLine.Contains(project, StringComparison.Ordinal) && p.Environment.ContainsKey("Kestrel__Endpoints__http__Url"));
            if (process is null)
                continue;
            try
            {
                using var answer = await http.GetAsync(new Uri(process.Http, "/health"), cancellation);
                if (answer.IsSuccessStatusCode)
                    return process;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // Not listening yet.
            }
        }
        throw new TimeoutException($"{project} is not healthy after {limit}:\n{Output}");
    }

    /// <summary>Asks the AppHost to stop, as a service manager does.</summary>
    public void Terminate() => Signal(_appHost.Id, "TERM");

    /// <summary>Stops what still runs.</summary>
    /// <returns>When nothing runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (!_appHost.HasExited)
        {
            Terminate();
            using var timeout = new CancellationTokenSource(StopLimit);
            await _appHost.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_appHost.HasExited)
                _appHost.Kill();
        }
        foreach (var left in Processes)
            Signal(left.Id, "KILL");
        await _ended.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _appHost.Dispose();
        _written.Dispose();
    }

    // Redis and sshd write over their environment and command line, so a mark alone does not find them: whatever was
    // once below the AppHost is remembered.
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (await timer.WaitForNextTickAsync(_ended.Token))
            Look();
    }

    private void Look()
    {
        var children = SuiteProcess.All().ToLookup(p => p.ParentId);
        var open = new Stack<int>([_appHost.Id]);
        while (open.TryPop(out var id))
        {
            foreach (var child in children[id])
            {
                _seen.TryAdd((child.Id, child.StartTicks), true);
                open.Push(child.Id);
            }
        }
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    private void Write(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        _written.Release();
    }
}
