using ContactCenter.Contracts;
using ContactCenter.FollowUpScheduler.Polls;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

public sealed partial class FollowUpService
{
    private static readonly TimeSpan TriggerPause = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public override Task<V1.TriggerPollResponse> TriggerPoll(V1.TriggerPollRequest request, ServerCallContext context)
    {
        Required(request.FollowUpId, "follow_up_id");
        return calls.RunAsync(context, request, async transaction =>
        {
            var stored = await LockAsync(transaction, request.FollowUpId);
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            if (!stored.IsActive)
                throw RpcErrors.FailedPrecondition(Domain, FollowUpErrors.FollowUpInactive, "The follow-up is INACTIVE.");
            if (stored.TriggerTime + TriggerPause - now is { } left && left > TimeSpan.Zero)
                throw RpcErrors.ResourceExhausted(Domain, FollowUpErrors.TooManyPolls, "A follow-up is polled by hand at most once a minute.", left);
            await FollowUpStore.TriggerAsync(transaction.Connection, stored.Id, now);
            PollJob.Trigger(transaction, stored.Id, now);
            Audit(transaction, context, "followUps.poll", stored.Id, request.RequestId);
            return new V1.TriggerPollResponse();
        });
    }
}
