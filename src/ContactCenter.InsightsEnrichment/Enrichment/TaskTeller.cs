using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>
/// Publishes what others must hear of a task while it lasts: its waits, offers and handlings. Each is told once, when its
/// events are known, in whatever order they came; what has been told is kept with the task.
/// </summary>
/// <param name="transaction">Takes the messages.</param>
/// <param name="now">Time of the change.</param>
internal sealed class TaskTeller(DurableTransaction transaction, DateTimeOffset now)
{
    private const char Separator = '\n';

    /// <summary>Publishes what was not told yet.</summary>
    /// <param name="accountSid">Account of the task.</param>
    /// <param name="conversationId">Its conversation.</param>
    /// <param name="task">The task.</param>
    /// <param name="told">What has been told; empty if nothing.</param>
    /// <returns>What has been told now.</returns>
    public string Tell(string accountSid, string conversationId, TaskTimeline task, string told)
    {
        var known = told.Split(Separator, StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var news = Facts(new(accountSid, conversationId, task)).Where(fact => !known.Contains(fact.Name)).OrderBy(fact => fact.Time).ToList();
        foreach (var fact in news)
            fact.Publish();
        return news.Count == 0 ? told : string.Join(Separator, known.Concat(news.Select(fact => fact.Name)).Order(StringComparer.Ordinal));
    }

    private IEnumerable<Fact> Facts(TaskFacts facts)
    {
        // A wait is known by its queue and its number there: the event that began it may come last.
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var wait in facts.Task.Waits.Where(wait => wait.QueueSid is not null))
        {
            var name = $"{numbers[wait.QueueSid!] = numbers.GetValueOrDefault(wait.QueueSid!) + 1}/{wait.QueueSid}";
            yield return new($"entered/{name}", wait.StartedBy.Time, () => Publish(facts, Entered(facts, wait)));
            if (wait.EndedBy is { } end)
                yield return new($"left/{name}", end.Time, () => Publish(facts, Left(facts, wait, end)));
        }

        foreach (var life in facts.Task.Reservations)
        {
            if (life.Last(current => current.WorkerSid) is not { } agent)
                continue;
            if (life.Created is { } offer)
            {
                yield return new($"offered/{life.ReservationSid}", offer.Time, () =>
                {
                    Publish(facts, Offered(facts, life, agent));
                    Publish(facts, Handling(facts, life, agent, "offered", offer));
                });
                if ((life.Accepted ?? life.End) is { } answer && HowOf(answer) is { } how)
                    yield return new($"ended/{life.ReservationSid}", answer.Time, () => Publish(facts, Ended(facts, life, agent, answer, how)));
            }

            if (life.Accepted is { } accepted)
                yield return new($"talking/{life.ReservationSid}", accepted.Time, () => Publish(facts, Handling(facts, life, agent, "talking", accepted)));
            if (life is { Accepted: not null, WrapUp: { } wrapUp })
                yield return new($"wrap_up/{life.ReservationSid}", wrapUp.Time, () => Publish(facts, Handling(facts, life, agent, "wrap_up", wrapUp)));
            if (life.End is { } end)
                yield return new($"released/{life.ReservationSid}", end.Time, () => Publish(facts, Handling(facts, life, agent, "released", end)));
        }
    }

    private QueueEntered Entered(TaskFacts facts, Wait wait) => new()
    {
        EventId = NewId(),
        OccurredTime = wait.StartedBy.Time,
        RecordedTime = now,
        AccountSid = facts.AccountSid,
        TaskSid = facts.Task.TaskSid,
        ConversationId = facts.ConversationId,
        QueueSid = wait.QueueSid!,
        QueueName = wait.QueueName,
        Channel = facts.Task.TaskChannel,
        Direction = facts.Direction,
    };

    private QueueLeft Left(TaskFacts facts, Wait wait, TaskRouterEvent end) => new()
    {
        EventId = NewId(),
        OccurredTime = end.Time,
        RecordedTime = now,
        AccountSid = facts.AccountSid,
        TaskSid = facts.Task.TaskSid,
        ConversationId = facts.ConversationId,
        QueueSid = wait.QueueSid!,
        QueueName = wait.QueueName,
        Channel = facts.Task.TaskChannel,
        Direction = facts.Direction,
        How = EnrichmentChanges.Word(wait.Left)!,
        WaitSeconds = wait.Time!.Value.Seconds,
    };

    private ReservationOffered Offered(TaskFacts facts, ReservationLife life, string agent) => new()
    {
        EventId = NewId(),
        OccurredTime = life.Created!.Time,
        RecordedTime = now,
        AccountSid = facts.AccountSid,
        ReservationSid = life.ReservationSid,
        TaskSid = facts.Task.TaskSid,
        AgentSid = agent,
        QueueSid = life.Last(current => current.QueueSid),
        Channel = facts.Task.TaskChannel,
        Direction = facts.Direction,
    };

    private ReservationEnded Ended(TaskFacts facts, ReservationLife life, string agent, TaskRouterEvent answer, string how) => new()
    {
        EventId = NewId(),
        OccurredTime = answer.Time,
        RecordedTime = now,
        AccountSid = facts.AccountSid,
        ReservationSid = life.ReservationSid,
        TaskSid = facts.Task.TaskSid,
        AgentSid = agent,
        QueueSid = life.Last(current => current.QueueSid),
        Channel = facts.Task.TaskChannel,
        Direction = facts.Direction,
        How = how,
        RingSeconds = Measure.Between(life.Created!.Time, answer.Time).Seconds,
    };

    private AgentHandlingChanged Handling(TaskFacts facts, ReservationLife life, string agent, string phase, TaskRouterEvent at) => new()
    {
        EventId = NewId(),
        OccurredTime = at.Time,
        RecordedTime = now,
        AccountSid = facts.AccountSid,
        AgentSid = agent,
        ReservationSid = life.ReservationSid,
        TaskSid = facts.Task.TaskSid,
        ConversationId = facts.ConversationId,
        Phase = phase,
        Transferred = life.Accepted is { } accepted && at != accepted
            && facts.Task.Events.Any(current => current.Type == EventTypes.TransferInitiated && accepted.IsBefore(current) && current.IsBefore(at)),
        QueueSid = life.Last(current => current.QueueSid),
        Channel = facts.Task.TaskChannel,
        Direction = facts.Direction,
    };

    private static string? HowOf(TaskRouterEvent answer) => answer.Type switch
    {
        EventTypes.ReservationAccepted => "accepted",
        EventTypes.ReservationRejected => "rejected",
        EventTypes.ReservationTimeout => "timeout",
        EventTypes.ReservationCanceled => "canceled",
        EventTypes.ReservationRescinded => "rescinded",
        _ => null,
    };

    private void Publish<T>(TaskFacts facts, T message)
        where T : class => transaction.Publish(message, $"{facts.AccountSid}/{facts.Task.TaskSid}/handling", mandatory: false);

    private Guid NewId() => Guid.CreateVersion7(now);

    private sealed record TaskFacts(string AccountSid, string ConversationId, TaskTimeline Task)
    {
        public string Direction { get; } =
            Task.Events.Select(current => current.Attributes["direction"]).LastOrDefault(direction => !string.IsNullOrEmpty(direction))?.ToLowerInvariant() ?? "inbound";
    }

    private sealed record Fact(string Name, DateTimeOffset Time, Action Publish);
}
