using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    private const string Voice = "voice";

    /// <inheritdoc />
    public override async Task<PreviewEnrichmentResponse> PreviewEnrichment(PreviewEnrichmentRequest request, ServerCallContext context)
    {
        if (!TaskAttributes.TryRead(filter.OfAttributes(Encoding.UTF8.GetBytes(request.TaskAttributes)), out var attributes))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "task_attributes", "must be the text of a JSON object");
        if (!WorkerAttributes.TryRead(Encoding.UTF8.GetBytes(request.WorkerAttributes), out var worker))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "worker_attributes", "must be the text of a JSON object");
        var input = new PreviewInput(
            attributes, request.WorkerAttributes.Length > 0 ? worker : null, Given(request.TaskSid), Given(request.TaskChannel) ?? Voice, Given(request.QueueName),
            Given(request.Reason), request.Abandoned);
        var result = await preview.RunAsync(input, context.CancellationToken)
            ?? throw RpcErrors.NotFound(Domain, InsightsErrors.TaskNotFound, "task", request.TaskSid);

        var ids = rules.Value.Customers.Ids;
        var customerId = ids.Of(result.Customer.Key);
        var response = new PreviewEnrichmentResponse
        {
            Customer = CustomerMessages.Of(new Customers.Customer(
                customerId, result.Customer.Source, result.Customer.Key.Kind, CustomerFields.Shown(customerId, result.Customer.Fields.ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal)),
                null, [], result.Customer.FirstSeen, result.Customer.LastSeen, 1, false)),
            LinkExplanations = { result.Steps.Select(step => CustomerMessages.Of(step, ids)) },
        };
        foreach (var segment in result.Segments)
        {
            response.Segments.Add(ConversationMessages.Of(new Stored<Segment>(segment, "", result.ConversationId, 1, false, segment.StartTime)));
            response.Warnings.AddRange((segment.Warnings ?? []).Select(warning => Of(warning, segment.SegmentId)));
        }

        response.Warnings.AddRange((result.Customer.Warnings ?? []).Select(warning => Of(warning, "")));
        return response;
    }

    private static PreviewWarning Of(SegmentWarning warning, string segmentId) =>
        new() { Code = warning.Code, Field = warning.Field, Sample = warning.Sample ?? "", Note = warning.Note ?? "", SegmentId = segmentId };
}
