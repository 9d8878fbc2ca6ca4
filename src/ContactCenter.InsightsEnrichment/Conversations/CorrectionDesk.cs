using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Carries out what people decide about the values of segments (INS-24, INS-36): stores it and works the segments out again, in one transaction.</summary>
/// <param name="run">Works them out.</param>
/// <param name="timeProvider">Time of decisions.</param>
public sealed class CorrectionDesk(EnrichmentRun run, TimeProvider timeProvider)
{
    private const string Domain = InsightsErrors.Domain;
    private const string Separator = "; ";

    /// <summary>Sets values of a segment or of all segments of a conversation.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="target">What to correct.</param>
    /// <param name="values">The values by field.</param>
    /// <param name="action">How the history calls it.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same tasks.</param>
    /// <returns>The correction, with the values it replaces.</returns>
    /// <exception cref="RpcException">There is nothing to correct, or it is sealed.</exception>
    public async Task<SegmentCorrection> CorrectAsync(
        DurableTransaction transaction, CorrectionTarget target, SortedDictionary<string, string> values, string action, Instruction by, CancellationToken cancellationToken)
    {
        var segments = await FindAsync(transaction, target);
        await SealedStore.RefuseAsync(transaction.Connection, TasksOf(segments));
        var now = timeProvider.GetUtcNow();
        var one = segments[0];
        var correction = new Correction(
            Guid.CreateVersion7(now),
            one.AccountSid,
            target.SegmentId,
            target.SegmentId is null ? one.ConversationId : null,
            target.SegmentId is null ? null : one.TaskSid,
            values,
            by.Actor,
            by.Reason,
            now);
        var changes = values.Select(value => new ValueChange(value.Key, Shown(segments, value.Key), value.Value)).ToList();
        await CorrectionStore.AddAsync(transaction.Connection, correction);
        await CorrectionStore.AddAsync(transaction.Connection, Entry(action, correction, one.ConversationId, by, changes, now));
        await run.RebuildAsync(transaction, TasksOf(segments), cancellationToken);
        return new(
            correction.CorrectionId, target.SegmentId is null, [.. changes.Select(change => new CorrectedValue(change.Field, change.After!, change.Before))], by.Actor, by.Reason, now);
    }

    /// <summary>Withdraws a correction.</summary>
    /// <param name="transaction">Committed by the caller.</param>
    /// <param name="correctionId">The correction.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others that work on the same tasks.</param>
    /// <returns>The entry of the history.</returns>
    /// <exception cref="RpcException">There is no such correction, or what it corrected is sealed.</exception>
    public async Task<ConversationDecision> WithdrawAsync(DurableTransaction transaction, string correctionId, Instruction by, CancellationToken cancellationToken)
    {
        var correction = Guid.TryParseExact(correctionId, "D", out var id) ? await CorrectionStore.RemoveAsync(transaction.Connection, id) : null;
        if (correction is null)
            throw RpcErrors.NotFound(Domain, InsightsErrors.CorrectionNotFound, "correction", correctionId);
        var before = await CorrectionStore.SegmentsAsync(transaction.Connection, correction.AccountSid, correction.SegmentId, correction.ConversationId);
        string[] tasks = correction.TaskSid is { } task ? [task] : TasksOf(before);
        await SealedStore.RefuseAsync(transaction.Connection, tasks);
        await run.RebuildAsync(transaction, tasks, cancellationToken);
        var after = await CorrectionStore.SegmentsAsync(transaction.Connection, correction.AccountSid, correction.SegmentId, correction.ConversationId);
        var changes = correction.Values.Keys.Order(StringComparer.Ordinal).Select(field => new ValueChange(field, Shown(before, field), Shown(after, field))).ToList();
        var entry = Entry(
            ConversationDecision.WithdrawCorrection, correction, correction.ConversationId ?? before.FirstOrDefault()?.ConversationId ?? correction.TaskSid!, by, changes, timeProvider.GetUtcNow());
        await CorrectionStore.AddAsync(transaction.Connection, entry);
        return entry;
    }

    private static async Task<List<CorrectedSegment>> FindAsync(DurableTransaction transaction, CorrectionTarget target)
    {
        var found = await CorrectionStore.SegmentsAsync(transaction.Connection, target.AccountSid, target.SegmentId, target.ConversationId);
        if (found.Count == 0)
        {
            throw target.SegmentId is { } segment
                ? RpcErrors.NotFound(Domain, InsightsErrors.SegmentNotFound, "segment", segment)
                : RpcErrors.NotFound(Domain, InsightsErrors.ConversationNotFound, "conversation", target.ConversationId!);
        }

        return found.TrueForAll(segment => segment.AccountSid == found[0].AccountSid)
            ? found
            : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.AccountRequired, "account_sid", "is required: several accounts have a conversation of this id");
    }

    private static string[] TasksOf(IEnumerable<CorrectedSegment> segments) => [.. segments.Select(segment => segment.TaskSid).Distinct(StringComparer.Ordinal)];

    /// <summary>The value that segments show; null for none.</summary>
    private static string? Shown(IEnumerable<CorrectedSegment> segments, string field)
    {
        var shown = string.Join(Separator, segments.Select(one => new SegmentFields(one.Segment.Attributes, one.Segment.Labels, one.Segment.Measures).Text(field))
            .OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return shown.Length > 0 ? shown : null;
    }

    private static ConversationDecision Entry(string action, Correction correction, string conversationId, Instruction by, IReadOnlyList<ValueChange> changes, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), action, correction.AccountSid, [conversationId], by.Actor, by.Reason, changes, now)
        {
            SegmentId = correction.SegmentId,
            CorrectionId = correction.CorrectionId,
        };
}

/// <summary>What is to be corrected: a segment, or all segments of a conversation.</summary>
/// <param name="SegmentId">The segment; null for a conversation.</param>
/// <param name="ConversationId">The conversation; null for a segment.</param>
/// <param name="AccountSid">The account; null if only one has it.</param>
public sealed record CorrectionTarget(string? SegmentId, string? ConversationId, string? AccountSid);
