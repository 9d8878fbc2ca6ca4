using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.WfmConnector.AgentStates;
using MassTransit;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>Keeps what agents do and who they are.</summary>
/// <param name="book">Says what activities mean.</param>
/// <param name="states">Told of agents who may have come into another state.</param>
/// <param name="source">Told that Insights was heard of.</param>
/// <param name="options">Names the attribute with the login id, and says whether offers show.</param>
public sealed class AgentConsumer(ActivityBook book, AgentStateStore states, SourceWatch source, IOptions<WfmOptions> options)
    : IConsumer<AgentStateChanged>, IConsumer<AgentHandlingChanged>, IConsumer<AgentChanged>
{
    private const int LongestLogin = 64;
    private const string AgentId = "agent_id";

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<AgentStateChanged> context)
    {
        var change = context.Message;
        var connection = context.Transaction().Connection;
        await source.HearAsync(connection);
        var stateId = await book.StateOfAsync(change.ActivitySid, change.Activity, change.Available, context.CancellationToken);
        await FactStore.KeepNameAsync(connection, change.AgentSid, change.FullName);
        // The number comes with the state, so that an agent's first report has it already.
        if (change.AgentId is not null && options.Value.Agents.LoginIdAttribute == AgentId)
            await FactStore.KeepLoginAsync(connection, change.AgentSid, LoginOf(change.AgentId), change.StateStartTime);
        await FactStore.KeepActivityAsync(connection, change.AgentSid, change.StateStartTime, change.EventId, change.ActivitySid ?? change.Activity, stateId);
        await states.RefreshAsync(connection, change.AgentSid);
    }

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<AgentHandlingChanged> context)
    {
        // A session may be told before the task that it belongs to is known; without task it has no segments either.
        if (!FactStore.IsTask(context.Message.TaskSid))
            return;
        var connection = context.Transaction().Connection;
        await source.HearAsync(connection);
        await FactStore.KeepHandlingAsync(connection, context.Message, options.Value.RealTime.ReportRinging);
        await states.RefreshAsync(connection, context.Message.AgentSid);
    }

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<AgentChanged> context)
    {
        var change = context.Message;
        var connection = context.Transaction().Connection;
        await source.HearAsync(connection);
        await FactStore.KeepNameAsync(connection, change.AgentSid, change.FullName);
        await FactStore.KeepLoginAsync(connection, change.AgentSid, LoginOf(change.Attributes.GetValueOrDefault(options.Value.Agents.LoginIdAttribute)), change.OccurredTime);
        if (change.State == "Deleted")
            await FactStore.KeepActivityAsync(connection, change.AgentSid, change.OccurredTime, change.EventId, activityKey: null, ActivityBook.LoggedOut);
        await states.RefreshAsync(connection, change.AgentSid);
    }

    private static string? LoginOf(string? value) => value?.Trim() is { Length: > 0 and <= LongestLogin } login ? login : null;
}
