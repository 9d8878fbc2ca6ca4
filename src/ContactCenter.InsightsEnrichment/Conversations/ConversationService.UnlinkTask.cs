using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    /// <inheritdoc />
    public override Task<UnlinkTaskResponse> UnlinkTask(UnlinkTaskRequest request, ServerCallContext context)
    {
        var task = Required(request.TaskSid, "task_sid");
        var by = Instruction.Of(context, request.Reason, request.DryRun);
        return calls.RunAsync(context, request, async transaction =>
        {
            var (moved, entries) = await taskLinks.UnlinkAsync(transaction, task, by, context.CancellationToken);
            by.Audit(transaction, "conversations.unlinkTask", $"tasks/{task}", request.RequestId);
            return new UnlinkTaskResponse { Moved = CustomerMessages.Of(moved), Entry = entries.Select(CorrectionMessages.Of).FirstOrDefault() };
        });
    }
}
