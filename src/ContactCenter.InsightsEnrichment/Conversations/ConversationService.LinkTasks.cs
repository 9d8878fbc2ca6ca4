using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    private const int MostTasks = 1000;

    /// <inheritdoc />
    public override Task<LinkTasksResponse> LinkTasks(LinkTasksRequest request, ServerCallContext context)
    {
        var id = Required(request.ConversationId, "conversation_id");
        if (request.TaskSids.Count == 0 || request.TaskSids.Contains(""))
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "task_sids", "must name tasks");
        if (request.TaskSids.Count > MostTasks)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "task_sids", $"must name at most {MostTasks} tasks");
        var tasks = request.TaskSids.Distinct(StringComparer.Ordinal).ToList();
        var by = Instruction.Of(context, request.Reason, request.DryRun);
        return calls.RunAsync(context, request, async transaction =>
        {
            var (moved, entries) = await taskLinks.LinkAsync(transaction, tasks, id, by, context.CancellationToken);
            by.Audit(transaction, "conversations.linkTasks", $"conversations/{id}", request.RequestId);
            return new LinkTasksResponse { Moved = CustomerMessages.Of(moved), Entries = { entries.Select(CorrectionMessages.Of) } };
        });
    }
}
