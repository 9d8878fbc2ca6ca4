using ContactCenter.Durable;
using ContactCenter.Events.FollowUps;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>Events of records that more than one part of the service publishes.</summary>
internal static class RecordEvents
{
    /// <summary>Publishes that a record was closed.</summary>
    public static void Closed(DurableTransaction transaction, string followUpId, Guid recordId, string reconciliationId, int episode, string reason, DateTimeOffset now) => transaction.Publish(
        new FollowUpRecordClosed
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            FollowUpId = followUpId,
            RecordId = recordId.ToString(),
            ReconciliationId = reconciliationId,
            Episode = episode,
            Reason = reason,
        },
        recordId.ToString(),
        mandatory: false);
}
