using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Npgsql;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

public sealed partial class FollowUpService
{
    /// <inheritdoc />
    public override async Task<V1.UpdateFollowUpResponse> UpdateFollowUp(V1.UpdateFollowUpRequest request, ServerCallContext context)
    {
        var followUp = Required(request.FollowUp);
        Required(followUp.FollowUpId, "follow_up.follow_up_id");
        Required(followUp.Etag, "follow_up.etag");
        await CheckAsync(followUp, context);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var stored = await LockAsync(transaction, followUp.FollowUpId, followUp.Etag);
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var updated = Planned(stored with { Revision = stored.Revision + 1, Definition = DefinitionOf(followUp), UpdateTime = now }, stored, now);
            try
            {
                await FollowUpStore.ReplaceAsync(transaction.Connection, updated);
            }
            catch (PostgresException exception) when (IsNameTaken(exception))
            {
                throw NameTaken(updated.Definition.DisplayName);
            }

            Plan(transaction, updated);
            Tell(transaction, updated, now);
            Audit(transaction, context, "followUps.update", updated.Id, request.RequestId, FieldPaths.Changed(stored.Definition, updated.Definition));
            return new V1.UpdateFollowUpResponse { FollowUp = updated.ToMessage() };
        });
    }
}
