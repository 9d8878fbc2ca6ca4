using ContactCenter.Crm.V1;
using ContactCenter.Operations.V1;
using ContactCenter.Sandbox.Passes;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Storage;
using ContactCenter.Sandbox.Twilio.Lives;
using Grpc.Core;

namespace ContactCenter.Sandbox.Crm;

/// <summary>
/// The CRM's part of a pass: its operators have paused all calls while the day goes on, so that everything waits; then it is there again,
/// now and then too busy or losing an answer, and must have one account of each customer and each session's case
/// with its comments in order and its files, each once.
/// </summary>
/// <param name="connectors">Told how to work with the CRM.</param>
/// <param name="operations">Shows what waits.</param>
/// <param name="operators">Pauses and resumes.</param>
/// <param name="store">Where files come from.</param>
/// <param name="state">What the CRM keeps.</param>
/// <param name="faults">What goes wrong.</param>
/// <param name="configuration">Where the sandbox is reached (<c>Sandbox:PublicUrl</c>).</param>
public sealed class CrmPass(
    ConnectorService.ConnectorServiceClient connectors,
    OperationService.OperationServiceClient operations,
    OperationsService.OperationsServiceClient operators,
    ExternalStore store,
    CrmState state,
    CrmFaults faults,
    IConfiguration configuration)
{
    private const string Calls = "crm.call";
    private const int PageSize = 1_000;
    private const long NumbersOfDay = 1_000_000;

    // One in fifty, and one in a hundred: enough to meet every kind of call in a day, and too few to open a breaker.
    private const int BusyEvery = 53;
    private const int LostEvery = 101;

    private bool _resumed;

    /// <summary>Whether the suite was told where the CRM is; without it there is none.</summary>
    public bool IsOn => configuration["Sandbox:PublicUrl"] is { Length: > 0 };

    /// <summary>Puts the connector to use that is the day's turn, and pauses its calls.</summary>
    /// <param name="day">The day that is played.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task PrepareAsync(DateOnly day, CancellationToken cancellation)
    {
        if (!IsOn)
            return;
        await operators.PauseQueueAsync(new() { Kind = Calls, Note = "The sandbox's CRM is away." }, cancellationToken: cancellation);
        await UseAsync(day, day.DayNumber * NumbersOfDay, cancellation);
    }

    /// <summary>Puts the connector to use that is the day's turn, for traffic of the present: nothing waits.</summary>
    /// <param name="now">The present.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task OpenAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (!IsOn)
            return;
        await UseAsync(DateOnly.FromDateTime(now.UtcDateTime), now.ToUnixTimeMilliseconds(), cancellation);
        await ResumeAsync(cancellation);
    }

    private async Task UseAsync(DateOnly day, long number, CancellationToken cancellation)
    {
        state.Begin(number);
        var url = configuration["Sandbox:PublicUrl"]!.TrimEnd('/');
        var connector = day.DayNumber % 2 == 0 ? CrmConnectors.ZohoLike(url) : CrmConnectors.Plain(url);
        try
        {
            await connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            connector.Etag = (await connectors.GetConnectorAsync(new() { ConnectorId = connector.ConnectorId }, cancellationToken: cancellation)).Connector.Etag;
            await connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: cancellation);
        }

        await connectors.ActivateConnectorAsync(new() { ConnectorId = connector.ConnectorId }, cancellationToken: cancellation);
        (faults.BusyEvery, faults.LostEvery) = (BusyEvery, LostEvery);
    }

    /// <summary>Compares what waits with the truth, then lets it go, then compares what the CRM keeps.</summary>
    /// <param name="lives">The tasks of the day.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task<Differences> CompareAsync(IReadOnlyList<TaskLife> lives, CancellationToken cancellation)
    {
        if (!IsOn)
            return new("CRM cases", [], []);
        try
        {
            return await CompareKnownAsync(lives, cancellation);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            // What cannot be read is a difference too; the next try may find it back.
            return new("CRM cases", [$"all: {e.Status}"], []);
        }
    }

    private async Task<Differences> CompareKnownAsync(IReadOnlyList<TaskLife> lives, CancellationToken cancellation)
    {
        if (!_resumed)
        {
            var waiting = await WaitingAsync(cancellation);
            var differences = Differences.Between(
                "CRM operations",
                lives.Select(life => (Session: SessionEvents.NameOf(life), Count: CrmTruth.OperationsOf(life, store.IsThere))),
                lives.Select(SessionEvents.NameOf).Where(waiting.ContainsKey).Select(session => (Session: session, Count: waiting[session])));
            if (!differences.None)
                return differences;
            await ResumeAsync(cancellation);
        }

        var customers = Differences.Between("CRM accounts", lives.Select(life => (long)life.Contact.Customer).Distinct(), state.Customers());
        return customers.None ? Differences.Between("CRM cases", CrmTruth.Of(lives, store.IsThere), state.Facts()) : customers;
    }

    /// <summary>Lets calls go on, whatever came out.</summary>
    /// <param name="cancellation">Ends the call.</param>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        if (!IsOn || _resumed)
            return;
        await operators.ResumeQueueAsync(new() { Kind = Calls }, cancellationToken: cancellation);
        _resumed = true;
    }

    private async Task<Dictionary<string, int>> WaitingAsync(CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var waits in (OperationState[])[OperationState.Queued, OperationState.Blocked])
        {
            var request = new ListOperationsRequest { Filter = new() { State = waits }, PageSize = PageSize };
            do
            {
                var page = await operations.ListOperationsAsync(request, cancellationToken: cancellation);
                foreach (var operation in page.Operations)
                    counts[operation.Session] = counts.GetValueOrDefault(operation.Session) + 1;
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
        }

        return counts;
    }
}
