using ContactCenter.Crm.V1;
using ContactCenter.Operations.V1;
using MassTransit;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>A service with the connector of the worked examples in use, a CRM that knows nobody, and an Insights that tells.</summary>
public abstract class OutboundTest(TestServers servers) : FakeCrmTest(servers)
{
    private IBusControl _bus = null!;

    protected override string[] Settings => [.. base.Settings, "--Crm:RequireExternalStorage=false"];

    protected override Task<string> TakeVirtualHostAsync(TestServers servers) => servers.CreateVirtualHostAsync(Cancellation);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _bus = await StartBusAsync();
        Crm.Answer = (204, "");
        Crm.Respond = request => request switch
        {
            "POST /v2/Contacts" => (200, """{"data":[{"details":{"id":"456"}}]}"""),
            "POST /v2/Cases" => (200, """{"data":[{"details":{"id":"9"}}]}"""),
            _ => null,
        };
    }

    public override async ValueTask DisposeAsync()
    {
        await _bus.StopAsync(CancellationToken.None);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stores the connector of section 6 with the test's CRM and puts it to use.</summary>
    protected async Task UseAsync(Action<Connector>? change = null)
    {
        var text = Examples.Endpoints().ToString().Replace("https://api.crm.example.com", $"http://{Crm.Authority}", StringComparison.Ordinal);
        var connector = new Connector
        {
            ConnectorId = "main",
            InteractionMethod = InteractionMethod.GenericApi,
            Authentication = new() { Basic = new() { Username = "crm", Password = "canary" } },
            Phone = new() { Format = PhoneFormat.E164 },
            ApiTimeoutSeconds = 3,
            LookupUrls = new() { Account = "https://crm.example.com/tab/Contacts/{ACCOUNT_ID}", Record = "https://crm.example.com/tab/Cases/{RECORD_ID}" },
            Endpoints = Endpoints.Parser.ParseJson(text),
            Flows = new(),
        };
        change?.Invoke(connector);
        await Connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
        await Connectors.ActivateConnectorAsync(new() { ConnectorId = "main" }, cancellationToken: Cancellation);
    }

    /// <summary>Tells events and waits until they have been taken.</summary>
    protected async Task TellAsync(params object[] messages)
    {
        var before = await ConsumedAsync();
        foreach (var message in messages)
            await _bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Cancellation);
        await Eventually.TrueAsync(async () => await ConsumedAsync() == before + messages.Length);
    }

    /// <summary>Adds a policy that tries failures of some classes again at once, and for as long as a test lasts.</summary>
    protected async Task AddQuickPolicyAsync(string classes) => await Operations.CreatePolicyAsync(
        new()
        {
            Policy = new()
            {
                Name = "quick",
                MaxAttempts = 1_000,
                InitialDelay = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(100)),
                Multiplier = 1,
                MaxDelay = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(100)),
                Rules = { new PolicyRule { ErrorClass = classes, Action = PolicyAction.Retry } },
            },
        },
        cancellationToken: Cancellation);

    /// <summary>Waits until the operations of a session stand as told, each as <c>KIND STATE REASON</c>.</summary>
    protected async Task StandAsync(string session, params string[] expected)
    {
        string[] seen = [];
        try
        {
            await Eventually.TrueAsync(async () => (seen = [.. (await ListAsync(session)).Select(Describe)]).SequenceEqual(expected));
        }
        catch (TimeoutException)
        {
            Assert.Equal(expected, seen);
        }
    }

    protected async Task<IReadOnlyList<Operation>> ListAsync(string session) =>
        (await Work.ListOperationsAsync(new() { Filter = new() { Session = session } }, cancellationToken: Cancellation)).Operations;

    protected async Task<SessionLink> LinkAsync(string session) => (await Links.GetSessionLinkAsync(new() { Session = session }, cancellationToken: Cancellation)).Link;

    /// <summary>The dead letters that wait for a person.</summary>
    protected async Task<IReadOnlyList<DeadLetter>> LettersAsync() =>
        (await Operations.ListDeadLettersAsync(new() { Filter = new() { State = DeadLetterState.Pending } }, cancellationToken: Cancellation)).DeadLetters;

    /// <summary>The requests so far: method, path with query, and body.</summary>
    protected IReadOnlyList<string> Requests => [.. Crm.Requests.Select(request => request.Replace(" Basic Y3JtOmNhbmFyeQ==", "", StringComparison.Ordinal))];

    /// <summary>The texts of the comments so far, lines divided by a bar.</summary>
    protected IReadOnlyList<string> Comments =>
        [.. from request in Requests where request.Contains("/Notes", StringComparison.Ordinal) select request.Split("\"Note_Content\":\"")[1].Split("\"}]}")[0].Replace("\\n", " | ", StringComparison.Ordinal)];

    private static string Describe(Operation operation) => $"{operation.Kind} {operation.State} {operation.Reason}".TrimEnd();
}
