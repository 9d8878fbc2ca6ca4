using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>
/// Compares what the events say now with what is stored: finds what to write and publishes what others must hear of
/// (INS-138, INS-142). What is unchanged is neither written nor published.
/// </summary>
/// <param name="transaction">Takes the messages.</param>
/// <param name="accounts">Tells test environments apart.</param>
/// <param name="checksLinks">Whether new links of recordings are looked at.</param>
/// <param name="now">Time of the change.</param>
internal sealed class EnrichmentChanges(DurableTransaction transaction, TwilioAccounts accounts, bool checksLinks, DateTimeOffset now)
{
    /// <summary>Segments to write.</summary>
    public List<SegmentState> Segments { get; } = [];

    /// <summary>Conversations to write.</summary>
    public List<ConversationState> Conversations { get; } = [];

    /// <summary>Warnings that a segment gives rise to for the first time.</summary>
    public List<(string AccountSid, SegmentWarning Warning)> Warnings { get; } = [];

    /// <summary>Warnings about missing events that have come after all (INS-68).</summary>
    public List<(string AccountSid, string Code, string Field)> ClosedWarnings { get; } = [];

    /// <summary>What is different from what was stored.</summary>
    public List<Difference> Differences { get; } = [];

    /// <summary>Compares a segment that exists now.</summary>
    public void Compare(string accountSid, string conversationId, Segment segment, SegmentRow? stored)
    {
        var document = JsonSerializer.Serialize(segment, StateJson.Default.Segment);
        var before = stored is null ? null : Normalise(stored.Document);
        if (stored is { Withdrawn: false } && stored.ConversationId == conversationId && before == document)
            return;

        var state = new SegmentState(
            accountSid, conversationId, segment, document, (stored?.Revision ?? 0) + 1, (stored?.Published ?? false) || (segment.IsClosed && accounts.Publishes(accountSid)), false,
            accounts.IsTest(accountSid));
        Segments.Add(state);
        if (checksLinks && segment.Attributes.GetValueOrDefault(SegmentRecording.Link) is { } link && (stored is null || Read(stored).Attributes.GetValueOrDefault(SegmentRecording.Link) != link))
            transaction.Enqueue(LinkCheckHandler.Kind, new LinkCheckJob(segment.SegmentId), new() { DeduplicationKey = segment.SegmentId });
        Differences.Add(new(ResourceOf(segment), stored is { Withdrawn: false } ? before : null, document));
        var known = stored is null or { Withdrawn: true } ? [] : Read(stored).Warnings ?? [];
        Warnings.AddRange((segment.Warnings ?? []).ExceptBy(known.Select(KeyOf), KeyOf).Select(warning => (accountSid, warning)));
        Close(accountSid, known.ExceptBy((segment.Warnings ?? []).Select(KeyOf), KeyOf));

        if (stored is null or { Published: false })
        {
            if (state.Published)
                transaction.Publish(new SegmentClosed { EventId = NewId(), OccurredTime = segment.EndTime!.Value, RecordedTime = now, AccountSid = accountSid, Segment = Facts(state) }, Key(state), mandatory: false);
        }
        else if (!segment.IsClosed)
        {
            // It was ended by an event that another one has replaced: for the others it is not there until it ends again.
            if (!stored.Withdrawn && Read(stored).IsClosed)
                PublishWithdrawal(state with { Segment = Read(stored) });
        }
        else
        {
            var changed = StateJson.Changes(before!, document);
            if (stored.ConversationId != conversationId)
                changed.Add("conversation_id");
            transaction.Publish(
                new SegmentRevised
                {
                    EventId = NewId(),
                    OccurredTime = segment.EndTime!.Value,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Segment = Facts(state),
                    ChangedFields = changed,
                },
                Key(state),
                mandatory: false);
        }
    }

    /// <summary>Takes back a segment that is stored and does not exist any more.</summary>
    public void Withdraw(SegmentRow stored)
    {
        if (stored.Withdrawn)
            return;
        var segment = Read(stored);
        var state = new SegmentState(stored.AccountSid, stored.ConversationId, segment, Normalise(stored.Document), stored.Revision + 1, stored.Published, true, accounts.IsTest(stored.AccountSid));
        Segments.Add(state);
        Differences.Add(new(ResourceOf(segment), state.Document, null));
        Close(stored.AccountSid, segment.Warnings ?? []);
        if (stored.Published && segment.IsClosed)
            PublishWithdrawal(state);
    }

    /// <summary>Compares a conversation that exists now.</summary>
    public void Compare(string accountSid, Conversation conversation, string? customerId, ConversationRow? stored)
    {
        var document = JsonSerializer.Serialize(conversation, StateJson.Default.Conversation);
        var before = stored is { Withdrawn: false } ? NormaliseConversation(stored.Document) : null;
        if (before == document)
            return;

        var state = new ConversationState(accountSid, conversation, document, (stored?.Revision ?? 0) + 1, false, accounts.IsTest(accountSid));
        Conversations.Add(state);
        Differences.Add(new(ResourceOf(conversation), before, document));
        if (!conversation.IsClosed || !accounts.Publishes(accountSid))
            return;
        transaction.Publish(
            new ConversationClosed
            {
                EventId = NewId(),
                OccurredTime = conversation.EndTime!.Value,
                RecordedTime = now,
                AccountSid = accountSid,
                ConversationId = conversation.ConversationId,
                Revision = state.Revision,
                StartTime = conversation.StartTime,
                EndTime = conversation.EndTime.Value,
                Channel = conversation.Channel,
                Direction = conversation.Direction,
                Abandoned = conversation.Abandoned,
                Outcome = conversation.Outcome,
                HandlingSeconds = conversation.HandlingSeconds,
                ExperienceSeconds = conversation.ExperienceSeconds,
                SegmentCount = conversation.SegmentCount,
                CustomerId = customerId,
            },
            $"{accountSid}/{conversation.ConversationId}",
            mandatory: false);
    }

    /// <summary>Takes back a conversation whose tasks have all joined others.</summary>
    public void Withdraw(ConversationRow stored)
    {
        if (stored.Withdrawn)
            return;
        var conversation = JsonSerializer.Deserialize(stored.Document, StateJson.Default.Conversation)!;
        var document = JsonSerializer.Serialize(conversation, StateJson.Default.Conversation);
        Conversations.Add(new(stored.AccountSid, conversation, document, stored.Revision + 1, true, accounts.IsTest(stored.AccountSid)));
        Differences.Add(new(ResourceOf(conversation), document, null));
    }

    private void Close(string accountSid, IEnumerable<SegmentWarning> gone) => ClosedWarnings.AddRange(
        gone.Where(warning => warning.Code == SegmentWarning.Corrupted).Select(warning => (accountSid, warning.Code, warning.Field)));

    private void PublishWithdrawal(SegmentState state) =>
        transaction.Publish(
            new SegmentWithdrawn
            {
                EventId = NewId(),
                OccurredTime = state.Segment.EndTime!.Value,
                RecordedTime = now,
                AccountSid = state.AccountSid,
                Segment = Facts(state),
            },
            Key(state),
            mandatory: false);

    private static (string, string) KeyOf(SegmentWarning warning) => (warning.Code, warning.Field);

    private Guid NewId() => Guid.CreateVersion7(now);

    private static string Key(SegmentState state) => $"{state.AccountSid}/{state.ConversationId}";

    /// <summary>Reads a stored segment.</summary>
    public static Segment Read(SegmentRow stored) => JsonSerializer.Deserialize(stored.Document, StateJson.Default.Segment)!;

    // The database orders the members of a document in its own way.
    private static string Normalise(string document) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize(document, StateJson.Default.Segment)!, StateJson.Default.Segment);

    private static string NormaliseConversation(string document) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize(document, StateJson.Default.Conversation)!, StateJson.Default.Conversation);

    private static string ResourceOf(Segment segment) => $"segments/{segment.SegmentId}";

    private static string ResourceOf(Conversation conversation) => $"conversations/{conversation.ConversationId}";

    private static SegmentFacts Facts(SegmentState state)
    {
        var segment = state.Segment;
        return new()
        {
            SegmentId = segment.SegmentId,
            ConversationId = state.ConversationId,
            Kind = segment.Kind switch
            {
                SegmentKind.Queue => SegmentKinds.Queue,
                SegmentKind.Conversation => SegmentKinds.Conversation,
                SegmentKind.MissedConversation => SegmentKinds.MissedConversation,
                SegmentKind.RejectedConversation => SegmentKinds.RejectedConversation,
                _ => SegmentKinds.Corrupted,
            },
            Revision = state.Revision,
            TaskSid = segment.TaskSid,
            ReservationSid = segment.ReservationSid,
            AgentSid = segment.AgentSid,
            QueueSid = segment.QueueSid,
            TaskChannel = segment.TaskChannel,
            Channel = segment.Attributes.GetValueOrDefault("channel"),
            Direction = segment.Attributes["direction"],
            StartTime = segment.StartTime,
            EndTime = segment.EndTime!.Value,
            QueueSeconds = segment.QueueTime?.Seconds,
            QueueMilliseconds = segment.QueueTime?.Milliseconds,
            RingSeconds = segment.RingTime?.Seconds,
            RingMilliseconds = segment.RingTime?.Milliseconds,
            TalkSeconds = segment.TalkTime?.Seconds,
            TalkMilliseconds = segment.TalkTime?.Milliseconds,
            WrapUpSeconds = segment.WrapUpTime?.Seconds,
            WrapUpMilliseconds = segment.WrapUpTime?.Milliseconds,
            AbandonSeconds = segment.AbandonTime?.Seconds,
            Abandoned = segment.Attributes["abandoned"],
            AbandonedPhase = segment.Attributes.GetValueOrDefault("abandoned_phase"),
            Left = Word(segment.Left),
            MissedReason = Word(segment.MissedReason),
            Outcome = segment.Attributes.GetValueOrDefault("outcome"),
        };
    }

    /// <summary>The word by which a value is published.</summary>
    public static string? Word<T>(T? value)
        where T : struct, Enum => value?.ToString().ToLowerInvariant();
}
