using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>Opens bodies in quarantine; <c>quarantine_service.proto</c> is its specification.</summary>
/// <param name="quarantine">Where they are.</param>
/// <param name="database">Takes the audit entries.</param>
public sealed class QuarantineService(Quarantine quarantine, DurableDatabase database) : V1.QuarantineService.QuarantineServiceBase
{
    /// <inheritdoc />
    public override async Task<GetQuarantinedBodyResponse> GetQuarantinedBody(GetQuarantinedBodyRequest request, ServerCallContext context)
    {
        if (!Guid.TryParseExact(request.RawEventId, "D", out var id))
            throw RpcErrors.InvalidArgument(InsightsErrors.Domain, SharedErrors.FieldInvalid, "raw_event_id", "must be a UUID");
        // Entered before it is read: nobody sees a body without trace.
        await using var transaction = await database.BeginAsync(context.CancellationToken);
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, "quarantine.open", $"rawEvents/{id}"));
        await transaction.CommitAsync(context.CancellationToken);
        return await quarantine.OpenAsync(id, context.CancellationToken) is { } body
            ? new() { Body = ByteString.CopyFrom(body) }
            : throw RpcErrors.NotFound(InsightsErrors.Domain, InsightsErrors.RawEventNotFound, "quarantined body", request.RawEventId);
    }
}
