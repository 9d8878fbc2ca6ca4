using System.Diagnostics;
using ContactCenter.Testing;
using ContactCenter.Testing.Suite;

namespace ContactCenter.Benchmarks.Memory;

/// <summary>The resident size of each service: after start, and the largest it reached while a verified day was played.</summary>
internal sealed class MemoryBenchmark : IBenchmark
{
    private const double StartMb = 120;
    private const double PeakMb = 300;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(3);

    private static readonly (string Name, string Project)[] Services =
    [
        ("insights-enrichment", "ContactCenter.InsightsEnrichment"),
        ("wfm-connector", "ContactCenter.WfmConnector"),
        ("crm-connector", "ContactCenter.CrmConnector"),
        ("follow-up-scheduler", "ContactCenter.FollowUpScheduler"),
        ("storage-export", "ContactCenter.StorageExport"),
    ];

    public string Name => "memory";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var dataPath = Path.Combine(Path.GetTempPath(), $"contactcenter-memory-{Environment.ProcessId}");
        try
        {
            await using var suite = RunningSuite.Start(dataPath, "--no-traffic");
            var processes = new Dictionary<string, SuiteProcess>();
            foreach (var (name, project) in Services)
                processes[name] = await suite.ServiceAsync(project, StartLimit, cancellationToken);

            await Task.Delay(SettleTime, cancellationToken);
            foreach (var (name, process) in processes)
                report.Add($"{name}_mb_start", Size(process.ResidentMb(), name), "MB", Target.AtMost(StartMb));

            await PlayAsync(processes, (await File.ReadAllTextAsync(Path.Combine(dataPath, "developer.key"), cancellationToken)).Trim(), isQuick ? 220 : 2000, cancellationToken);
            foreach (var (name, process) in processes)
                report.Add($"{name}_mb_peak", Size(process.PeakMb(), name), "MB", Target.AtMost(PeakMb));
        }
        finally
        {
            if (Directory.Exists(dataPath))
                Directory.Delete(dataPath, recursive: true);
        }
    }

    /// <summary>Plays a day as the AppHost's own sandbox would; one that is not verified measures nothing.</summary>
    private static async Task PlayAsync(Dictionary<string, SuiteProcess> processes, string apiKey, int tasks, CancellationToken cancellationToken)
    {
        var insights = processes["insights-enrichment"];
        var output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar)[^2..];
        var sandbox = Path.Combine([ServerProcess.RepositoryRoot, "src", "ContactCenter.Sandbox", "bin", .. output, "ContactCenter.Sandbox.dll"]);
        var start = new ProcessStartInfo("dotnet", [sandbox, "--once", $"--Sandbox:Tasks={tasks}", "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["services__insights-enrichment__http__0"] = insights.Http.ToString(),
                ["services__insights-enrichment__grpc__0"] = insights.Grpc.ToString(),
                ["services__wfm-connector__grpc__0"] = processes["wfm-connector"].Grpc.ToString(),
                ["ServiceKeys__insights-enrichment"] = apiKey,
                ["ServiceKeys__wfm-connector"] = apiKey,
            },
        };
        foreach (var (key, value) in insights.Environment.Where(v => v.Key == "PublicBaseUrl" || v.Key.StartsWith("Twilio__", StringComparison.Ordinal)))
            start.Environment[key] = value;

        using var process = Process.Start(start)!;
        await using var stop = cancellationToken.Register(process.Kill);
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The sandbox's day was not verified:\n{text}");
    }

    private static double Size(double? megabytes, string name) =>
        megabytes ?? throw new InvalidOperationException($"{name} has ended.");
}
