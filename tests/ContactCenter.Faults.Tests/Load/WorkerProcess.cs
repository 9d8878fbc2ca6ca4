using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Grpc.Net.Client;

namespace ContactCenter.Faults.Tests.Load;

/// <summary>A process of this program in the role of a service's replica, see Program.cs.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>First word of the line that says where the process listens.</summary>
    public const string Ready = "ready";

    private const int KeptLines = 200;

    // Sixteen at once on two processors that others use as well take their time.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly List<GrpcChannel> _channels = [];
    private Process _process = null!;

    private WorkerProcess(IReadOnlyDictionary<string, string> settings) => _settings = settings;

    /// <summary>Calls to the process, to the newest after a restart.</summary>
    public LoadService.LoadServiceClient Client { get; private set; } = null!;

    /// <summary>Where it answers HTTP/1.1, as for health.</summary>
    public Uri Http { get; private set; } = null!;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it has written.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Resident memory, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a replica and waits until it takes calls.</summary>
    /// <param name="settings">Its configuration; keys as in appsettings.json.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<WorkerProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var worker = new WorkerProcess(settings);
        await worker.StartAgainAsync(cancellationToken);
        return worker;
    }

    /// <summary>Starts the ended process again, on new ports.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["--worker", .. TestKey.Settings("faults.write")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["Kestrel__Endpoints__grpc__Url"] = "http://127.0.0.1:0",
                ["Kestrel__Endpoints__grpc__Protocols"] = "Http2",
                ["Kestrel__Endpoints__http__Url"] = "http://127.0.0.1:0",
                ["Kestrel__Endpoints__http__Protocols"] = "Http1",
                ["Logging__LogLevel__Default"] = "Warning",
                ["DOTNET_TieredPGO"] = "0",
            },
        };
        foreach (var (key, value) in _settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var ready = new TaskCompletionSource<string[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The worker has ended:\n{Output}"));
        _process.OutputDataReceived += (_, line) => Keep(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data, ready);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var urls = await ready.Task.WaitAsync(StartLimit, cancellationToken);

        // Kestrel binds its endpoints in the order of their names.
        Http = new Uri(urls[1]);

        // Calls to the dead process may still wait for their answer, so its channel stays.
        _channels.Add(GrpcChannel.ForAddress(urls[0], new GrpcChannelOptions { HttpHandler = TestKey.Handler(), DisposeHttpClient = true }));
        Client = new LoadService.LoadServiceClient(_channels[^1]);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal, such as <c>STOP</c> or <c>TERM</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the process's end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitCodeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(limit, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _channels.ForEach(channel => channel.Dispose());
        _process.Dispose();
    }

    private void Keep(string? line, TaskCompletionSource<string[]> ready)
    {
        if (line is null)
            return;
        if (line.StartsWith(Ready + ' ', StringComparison.Ordinal))
            ready.TrySetResult(line.Split(' ')[1..]);
        _lines.Enqueue(line);
        if (_lines.Count > KeptLines)
            _lines.TryDequeue(out _);
    }
}
