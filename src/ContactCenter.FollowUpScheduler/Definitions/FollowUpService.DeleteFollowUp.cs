using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

public sealed partial class FollowUpService
{
    private const string Deleted = "FOLLOW_UP_DELETED";
    private const string Deletion = "DELETED";

    /// <inheritdoc />
    public override Task<V1.DeleteFollowUpResponse> DeleteFollowUp(V1.DeleteFollowUpRequest request, ServerCallContext context)
    {
        Required(request.FollowUpId, "follow_up_id");
        Required(request.Etag, "etag");
        return calls.RunAsync(context, request, async transaction =>
        {
            var stored = await LockAsync(transaction, request.FollowUpId, request.Etag);
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var closed = await RecordStore.CloseAllAsync(transaction.Connection, stored.Id, Deleted, now);
            await RevocationJob.PlanAsync(transaction, [.. closed.Select(record => (record.RecordId, record.Episode))]);
            foreach (var (recordId, reconciliationId, episode) in closed)
                RecordEvents.Closed(transaction, stored.Id, recordId, reconciliationId, episode, Deleted, now);
            await FollowUpStore.DeleteAsync(transaction.Connection, stored.Id);
            Tell(transaction, stored, now, Deletion);
            Audit(transaction, context, "followUps.delete", stored.Id, request.RequestId);
            return new V1.DeleteFollowUpResponse();
        });
    }
}
