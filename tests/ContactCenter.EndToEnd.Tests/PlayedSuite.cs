using ContactCenter.EndToEnd.Tests;
using ContactCenter.Testing.Suite;

[assembly: AssemblyFixture(typeof(PlayedSuite))]

namespace ContactCenter.EndToEnd.Tests;

/// <summary>
/// One data folder with two starts: a verified pass during which every service and every server is killed once, which ends by itself,
/// then the suite without traffic until a test starts the sandbox.
/// </summary>
public sealed class PlayedSuite : IAsyncLifetime
{
    private static readonly TimeSpan PassLimit = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);

    private readonly string _dataPath = Path.Combine(Path.GetTempPath(), $"contactcenter-{Environment.ProcessId}");
    private RunningSuite? _suite;

    /// <summary>What the pass wrote.</summary>
    public string PassOutput { get; private set; } = "";

    /// <summary>The exit code of the pass.</summary>
    public int PassExitCode { get; private set; }

    /// <summary>The processes of the pass that outlived it.</summary>
    public IReadOnlyList<SuiteProcess> LeftByPass { get; private set; } = [];

    /// <summary>Insights, as started the second time.</summary>
    public SuiteProcess Insights { get; private set; } = null!;

    /// <summary>Workforce management, as started the second time.</summary>
    public SuiteProcess Wfm { get; private set; } = null!;

    /// <summary>A CRM that the services of the second start may call.</summary>
    internal PlayedCrm Crm { get; private set; } = null!;

    /// <summary>Where the SFTP server keeps its files.</summary>
    public string StorePath => Path.Combine(_dataPath, "sftp", "files");

    /// <summary>The key that lets a developer of this machine call every service.</summary>
    public string DeveloperKey => File.ReadAllText(Path.Combine(_dataPath, "developer.key"));

    /// <summary>The suite, as started the second time.</summary>
    public RunningSuite Running => _suite!;

    /// <summary>Another service, as started the second time.</summary>
    /// <param name="project">Its project, such as <c>ContactCenter.CrmConnector</c>.</param>
    public Task<SuiteProcess> ServiceAsync(string project) => _suite!.ServiceAsync(project, StartLimit, TestContext.Current.CancellationToken);

    /// <summary>Calls a method with the developer's key, by a client that nobody here wrote.</summary>
    /// <param name="service">The service.</param>
    /// <param name="method">Full name, such as <c>contactcenter.operations.v1.OperationsService/ListQueues</c>.</param>
    /// <param name="request">JSON of the request.</param>
    /// <returns>JSON of the answer.</returns>
    public Task<string> CallAsync(SuiteProcess service, string method, string request) => Tool.RunAsync(
        Tool.Buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "-H", $"x-api-key: {DeveloperKey}", "-d", request,
        $"{service.Grpc.GetLeftPart(UriPartial.Authority)}/{method}");

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using (var pass = RunningSuite.Start(_dataPath, "--once", "--chaos", "1"))
        {
            PassExitCode = await pass.ExitAsync(PassLimit, cancellation);
            (PassOutput, LeftByPass) = (pass.Output, pass.Processes);
        }

        Crm = await PlayedCrm.StartAsync(cancellation);
        _suite = RunningSuite.Start(_dataPath, new Dictionary<string, string> { ["Egress__AllowList__1"] = Crm.Authority }, "--no-traffic", "--Sandbox:TasksPerMinute", "300");
        Insights = await _suite.ServiceAsync("ContactCenter.InsightsEnrichment", StartLimit, cancellation);
        Wfm = await _suite.ServiceAsync("ContactCenter.WfmConnector", StartLimit, cancellation);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_suite is not null)
            await _suite.DisposeAsync();
        if (Crm is not null)
            await Crm.DisposeAsync();
        if (Directory.Exists(_dataPath))
            Directory.Delete(_dataPath, recursive: true);
    }
}
