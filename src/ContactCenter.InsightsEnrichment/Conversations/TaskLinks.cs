using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>What joins a task to the others of its conversation (INS-59, INS-60).</summary>
/// <param name="TaskSid">The task.</param>
/// <param name="Created">When it was made, or, if that is not known, its first event.</param>
/// <param name="ConversationId">The conversation that the task names.</param>
/// <param name="PreviousTaskSid">The task that it continues.</param>
/// <param name="TransferSid">The transfer that it came from.</param>
/// <param name="InteractionSid">The interaction that it belongs to.</param>
/// <param name="CallSid">The call that it belongs to.</param>
public sealed record TaskLinks(
    string TaskSid, DateTimeOffset Created, string? ConversationId, string? PreviousTaskSid, string? TransferSid, string? InteractionSid, string? CallSid)
{
    private const string Transfer = "transfer:";
    private const string Interaction = "interaction:";
    private const string Call = "call:";

    /// <summary>Whether somebody parted the task from all others: only who names it as a conversation is still with it.</summary>
    public bool StandsAlone { get; private init; }

    /// <summary>Reads the links of a task from the attributes that count: those of its last offer's end, else of its last event.</summary>
    /// <param name="events">All events of the task, in order.</param>
    public static TaskLinks Of(IReadOnlyList<TaskRouterEvent> events)
    {
        var source = events.LastOrDefault(CarriesAttributes) ?? events[^1];
        var created = events.FirstOrDefault(current => current.Type == EventTypes.TaskCreated) ?? events[0];
        return Of(source, created.Time);
    }

    /// <summary>Reads the links that one event states.</summary>
    /// <param name="source">The event.</param>
    /// <param name="created">When its task was made.</param>
    public static TaskLinks Of(TaskRouterEvent source, DateTimeOffset created) => new(
        source.TaskSid,
        created,
        source.Attributes.Conversation("conversation_id"),
        source.Attributes["previous_task_sid"],
        source.Attributes["transfer_sid"],
        source.Attributes["flexInteractionSid"],
        source.Attributes["call_sid"]);

    /// <summary>The links of a sealed task, which stays in its conversation whatever others say (INS-22).</summary>
    /// <param name="taskSid">The task.</param>
    /// <param name="conversationId">Its conversation.</param>
    /// <param name="keys">What others may join it by, see <see cref="Keys"/>.</param>
    public static TaskLinks OfSealed(string taskSid, string conversationId, IEnumerable<string> keys)
    {
        var links = new TaskLinks(taskSid, DateTimeOffset.MinValue, conversationId, null, null, null, null);
        foreach (var key in keys)
        {
            var value = key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];
            links = key.StartsWith(Transfer, StringComparison.Ordinal) ? links with { TransferSid = value }
                : key.StartsWith(Interaction, StringComparison.Ordinal) ? links with { InteractionSid = value }
                : key.StartsWith(Call, StringComparison.Ordinal) ? links with { CallSid = value }
                : links;
        }

        return links;
    }

    /// <summary>
    /// What the task can share with others. Tasks with no key in common, directly or through further tasks, are in
    /// different conversations; the reverse need not hold.
    /// </summary>
    public IEnumerable<string> Keys()
    {
        yield return KeyOf(TaskSid);
        if (ConversationId is not null)
            yield return KeyOf(ConversationId);
        if (PreviousTaskSid is not null)
            yield return KeyOf(PreviousTaskSid);
        if (TransferSid is not null)
            yield return Transfer + TransferSid;
        if (InteractionSid is not null)
            yield return Interaction + InteractionSid;
        if (CallSid is not null)
            yield return KeyOfCall(CallSid);
    }

    /// <summary>The same after somebody joined the task to a conversation, or parted it from all others (INS-61).</summary>
    /// <param name="conversationId">The conversation; the task itself if it stands alone; null if nobody did.</param>
    public TaskLinks JoinedTo(string? conversationId) => conversationId is null ? this
        : conversationId == TaskSid ? this with { ConversationId = null, StandsAlone = true }
        : this with { ConversationId = conversationId };

    /// <summary>The key of what is named by an id: a task, or a conversation.</summary>
    /// <param name="id">The id.</param>
    public static string KeyOf(string id) => $"id:{id}";

    /// <summary>The key of a call.</summary>
    /// <param name="callSid">The call.</param>
    public static string KeyOfCall(string callSid) => Call + callSid;

    private static bool CarriesAttributes(TaskRouterEvent current) => current.Type == EventTypes.ReservationCreated || EventTypes.EndsHandling(current.Type);
}
