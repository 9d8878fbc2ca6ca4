using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Npgsql;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

public sealed partial class FollowUpService
{
    private static readonly TimeSpan FullDelay = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public override async Task<V1.CreateFollowUpResponse> CreateFollowUp(V1.CreateFollowUpRequest request, ServerCallContext context)
    {
        var followUp = Required(request.FollowUp);
        await CheckAsync(followUp, context);
        return await calls.RunAsync(context, request, async transaction =>
        {
            if (await FollowUpStore.CountAsync(transaction.Connection) >= options.Value.MaxFollowUps)
                throw RpcErrors.ResourceExhausted(Domain, FollowUpErrors.TooManyFollowUps, $"There are {options.Value.MaxFollowUps} follow-ups, which is the limit.", FullDelay);
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var id = followUp.FollowUpId.Length > 0 ? followUp.FollowUpId : await FollowUpStore.NextIdAsync(transaction.Connection);
            var created = Planned(new() { Id = id, Revision = 1, Definition = DefinitionOf(followUp), CreateTime = now, UpdateTime = now }, before: null, now);
            try
            {
                if (!await FollowUpStore.AddAsync(transaction.Connection, created))
                    throw RpcErrors.AlreadyExists(Domain, FollowUpErrors.FollowUpExists, $"There is, or was, a follow-up '{id}'.");
            }
            catch (PostgresException exception) when (IsNameTaken(exception))
            {
                throw NameTaken(created.Definition.DisplayName);
            }

            Plan(transaction, created);
            Tell(transaction, created, now);
            Audit(transaction, context, "followUps.create", id, request.RequestId);
            return new V1.CreateFollowUpResponse { FollowUp = created.ToMessage() };
        });
    }
}
