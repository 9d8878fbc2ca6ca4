using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Shows what attributes would lead to, by the rules that enrichment goes by, and stores nothing (INS-18).</summary>
/// <param name="database">The service's database, of which only events are read.</param>
/// <param name="rules">What enrichment goes by.</param>
/// <param name="timeProvider">When the task that is made up begins.</param>
public sealed class EnrichmentPreview(DurableDatabase database, CurrentRules rules, TimeProvider timeProvider)
{
    private const string MadeUp = "preview";

    /// <summary>Works out a task with attributes.</summary>
    /// <param name="given">The attributes and what else is given.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is no such task.</returns>
    internal async Task<PreviewResult?> RunAsync(PreviewInput given, CancellationToken cancellationToken)
    {
        var events = given.TaskSid is null ? MakeUp(given) : await EventsAsync(given.TaskSid, cancellationToken);
        if (events.Count == 0)
            return null;
        var now = rules.Value;
        var timeline = TaskTimeline.Build(
            events.Select(current => current with { Attributes = given.Attributes, Worker = given.Worker ?? current.Worker }),
            now.Segments,
            new([], timeProvider.GetUtcNow()));
        var conversationId = ConversationGrouping.Group([timeline.Links])[timeline.TaskSid];
        var customer = ConversationCustomer.Of(conversationId, [timeline], now.Customers.Keys);
        return new(conversationId, timeline.Segments, customer, now.Customers.Keys.Explain(ConversationCustomer.CandidatesOf(conversationId, given.Attributes)));
    }

    private async Task<List<TaskRouterEvent>> EventsAsync(string taskSid, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await RawEventStore.ProcessedAsync(connection, [taskSid])).ConvertAll(TaskRouterEvent.Read);
    }

    /// <summary>A task that waits ten seconds, five of which it rings, and is talked about for two minutes; or one that nobody answers.</summary>
    private List<TaskRouterEvent> MakeUp(PreviewInput given)
    {
        var start = DateTimeOffset.FromUnixTimeSeconds(timeProvider.GetUtcNow().ToUnixTimeSeconds());
        var queue = At(0, EventTypes.QueueEntered);
        if (given.Abandoned)
            return [queue, At(10, EventTypes.TaskCanceled) with { Reason = given.Reason }];
        return
        [
            queue,
            Offer(5, EventTypes.ReservationCreated),
            Offer(10, EventTypes.ReservationAccepted),
            Offer(130, EventTypes.ReservationWrapup),
            Offer(140, EventTypes.ReservationCompleted),
            At(140, EventTypes.TaskCompleted) with { Reason = given.Reason },
        ];

        TaskRouterEvent At(int seconds, string type) => new()
        {
            Key = $"{MadeUp}/{type}",
            Type = type,
            Time = start.AddSeconds(seconds),
            TaskSid = MadeUp,
            QueueSid = MadeUp,
            QueueName = given.QueueName,
            TaskChannel = given.TaskChannel,
        };

        TaskRouterEvent Offer(int seconds, string type) => At(seconds, type) with { ReservationSid = MadeUp, WorkerSid = MadeUp, WorkerName = given.Worker?["full_name"] };
    }
}

/// <summary>What a preview is made of.</summary>
/// <param name="Attributes">Attributes of the task.</param>
/// <param name="Worker">Attributes of the worker; null for those of the events.</param>
/// <param name="TaskSid">A task whose events are taken; null for one that is made up.</param>
/// <param name="TaskChannel">Of a task made up: its channel.</param>
/// <param name="QueueName">Of a task made up: its queue.</param>
/// <param name="Reason">Of a task made up: why it ended.</param>
/// <param name="Abandoned">Of a task made up: whether nobody answered it.</param>
internal sealed record PreviewInput(
    TaskAttributes Attributes, WorkerAttributes? Worker, string? TaskSid, string TaskChannel, string? QueueName, string? Reason, bool Abandoned);

/// <summary>What attributes would lead to.</summary>
/// <param name="ConversationId">The conversation of the task by itself.</param>
/// <param name="Segments">Its segments.</param>
/// <param name="Customer">Its customer.</param>
/// <param name="Steps">How the customer is found.</param>
internal sealed record PreviewResult(string ConversationId, IReadOnlyList<Segment> Segments, ConversationCustomer Customer, IReadOnlyList<LinkStep> Steps);
