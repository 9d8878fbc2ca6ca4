using ContactCenter.Durable;
using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Connections;
using ContactCenter.WfmConnector.Facts;
using ContactCenter.WfmConnector.Reports;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.AgentStates;

/// <summary>Sends states when they are due, those of many agents in one request (WFM-28 to WFM-39).</summary>
/// <param name="store">Where the states are.</param>
/// <param name="book">Knows what they mean.</param>
/// <param name="connections">Says whether anything may be sent, and when a snapshot is due.</param>
/// <param name="client">Sends them.</param>
/// <param name="answers">Keeps what CXone answers.</param>
/// <param name="catalogue">Told what CXone takes.</param>
/// <param name="database">The service's database.</param>
/// <param name="options">How often to look.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told of what goes wrong.</param>
public sealed partial class StateSender(
    AgentStateStore store,
    ActivityBook book,
    ConnectionStore connections,
    CxoneClient client,
    AnswerStore answers,
    CatalogueStore catalogue,
    DurableDatabase database,
    IOptions<WfmOptions> options,
    TimeProvider timeProvider,
    ILogger<StateSender> logger) : BackgroundService
{
    // A changed configuration is tried at once.
    private (long Revision, DateTimeOffset Until) _pause;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(options.Value.RealTime.FlushAfter, timeProvider, SendAsync, LogFailed, stoppingToken);

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var connection = await connections.ReadAsync(cancellationToken);
        // After Connect a heartbeat comes first, then a snapshot (WFM-13).
        if (!connection.IsUsable || connection.State == ConnectionState.Connecting || (connection.Revision == _pause.Revision && timeProvider.GetUtcNow() < _pause.Until))
            return;
        await using (var transaction = await database.BeginAsync(cancellationToken))
        {
            if (await connections.TakeSnapshotAsync(transaction.Connection))
                await store.ForceAsync(transaction.Connection);
            await transaction.CommitAsync(cancellationToken);
        }

        foreach (var isSnapshot in new[] { false, true })
        {
            while (true)
            {
                var (lease, states) = await store.ClaimAsync(isSnapshot, cancellationToken);
                if (states.Count == 0)
                    break;
                if (!await SendAsync(connection, lease, states, isSnapshot, cancellationToken))
                    return;
            }
        }
    }

    /// <returns>False if CXone cannot be reached: nothing else is tried in this turn.</returns>
    private async Task<bool> SendAsync(Connection connection, Guid lease, IReadOnlyList<DueState> states, bool isSnapshot, CancellationToken cancellationToken)
    {
        if (!await store.HoldsAsync(lease, cancellationToken))
            return true;
        var entries = await EntriesOfAsync(states, cancellationToken);
        if (entries.Count > options.Value.RealTime.BatchSize && states.Count > 1)
            return await SendHalvesAsync(connection, lease, states, isSnapshot, cancellationToken);
        var body = connection.Profile.Writer.States(new(timeProvider.GetUtcNow().UtcDateTime, isSnapshot, entries));
        var answer = await client.SendStatesAsync(connection, body, $"{lease}-{states[0].Sequence}", cancellationToken);
        switch (answer.Result)
        {
            case CxoneResult.Accepted or CxoneResult.ItemsRejected:
                var refused = answer.Items.Where(item => item.Index >= 0 && item.Index < states.Count).ToLookup(item => item.Index!.Value);
                // First, as it may be done twice: a process that ends in between sends the states again.
                await catalogue.AcceptAsync(entries.Take(states.Count).Where((_, i) => !refused.Contains(i)).SelectMany(entry => entry.Uses), cancellationToken);
                await store.SettleAsync(lease, states, i => refused[i].FirstOrDefault() is { } item ? $"ITEM_REJECTED {item.Field} {item.Message}".TrimEnd() : null, await KeepAsync(answer, cancellationToken), cancellationToken);
                return true;
            // One bad agent must not keep the others back (WFM-86).
            case CxoneResult.Rejected or CxoneResult.TooLarge when states.Count > 1:
                return await SendHalvesAsync(connection, lease, states, isSnapshot, cancellationToken);
            case CxoneResult.Rejected or CxoneResult.TooLarge or CxoneResult.Unreadable:
                await store.SettleAsync(lease, states, _ => $"{answer.Status} {answer.Code} {answer.Message}".TrimEnd(), await KeepAsync(answer, cancellationToken), cancellationToken);
                return true;
            default:
                await store.GiveBackAsync(lease, await KeepAsync(answer, cancellationToken), cancellationToken);
                _pause = (connection.Revision, timeProvider.GetUtcNow() + answer.Pause);
                return false;
        }
    }

    private async Task<Guid?> KeepAsync(CxoneAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Reason.Length == 0 || answer.Result == CxoneResult.Delayed)
            return null;
        await using var connection = await database.OpenAsync(cancellationToken);
        return await answers.KeepAsync(connection, answer);
    }

    private async Task<bool> SendHalvesAsync(Connection connection, Guid lease, IReadOnlyList<DueState> states, bool isSnapshot, CancellationToken cancellationToken)
    {
        var half = states.Count / 2;
        return await SendAsync(connection, lease, [.. states.Take(half)], isSnapshot, cancellationToken)
            & await SendAsync(connection, lease, [.. states.Skip(half)], isSnapshot, cancellationToken);
    }

    // Behind the states, in whose order they are answered, come the login ids that agents have left: their numbers became known, or were changed.
    private async Task<List<StateEntry>> EntriesOfAsync(IReadOnlyList<DueState> states, CancellationToken cancellationToken)
    {
        await using var open = await database.OpenAsync(cancellationToken);
        var entries = new List<StateEntry>(states.Count);
        foreach (var state in states)
        {
            var before = state.LoginId == state.ReportedLogin ? await ReportedAsync(state) : null;
            entries.Add(new(state.LoginId, await book.KindOfAsync(open, state.StateId), (ContactMedium?)state.Medium, state.Since, before, before is null ? null : state.ReportedSince, state.Sequence));
        }

        foreach (var state in states)
        {
            if (state.LeftLogin is { } left)
                entries.Add(new(left, await book.KindOfAsync(open, ActivityBook.LoggedOut), null, timeProvider.GetUtcNow().UtcDateTime, await ReportedAsync(state), state.ReportedSince, state.Sequence));
        }

        return entries;

        async ValueTask<AgentStateKind?> ReportedAsync(DueState state) => state.ReportedStateId is { } id ? await book.KindOfAsync(open, id) : null;
    }

    [LoggerMessage(LogLevel.Warning, "States of agents could not be sent")]
    private partial void LogFailed(Exception exception);
}
