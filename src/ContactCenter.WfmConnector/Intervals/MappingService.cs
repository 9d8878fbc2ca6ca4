using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.Facts;
using Dapper;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Keeps what queues are called in CXone; <c>mapping_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="calls">Runs changes once per request_id.</param>
public sealed class MappingService(DurableDatabase database, IdempotentCalls calls) : V1.MappingService.MappingServiceBase
{
    private const string Domain = WfmErrors.Domain;
    private const int PositionParts = 3;
    private const int LongestId = 64;
    private const int LongestName = 128;
    private const int DefaultServiceLevel = 20;
    private const int DefaultShortAbandon = 5;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override Task<V1.CreateQueueMappingResponse> CreateQueueMapping(V1.CreateQueueMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.QueueMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "queue_mapping", "is required"));
        return calls.RunAsync(context, request, async transaction =>
        {
            var key = new { mapping.QueueSid, medium = Number(mapping.Medium), direction = DirectionOf(mapping.Outbound), mapping.SkillId };
            // Held to the end of the transaction: two calls at once must not give one skill two media.
            var isTaken = await transaction.Connection.QuerySingleAsync<bool>(
                """
                LOCK TABLE wfm.queue_mappings IN SHARE ROW EXCLUSIVE MODE;
                SELECT EXISTS (SELECT FROM wfm.queue_mappings WHERE skill_id = @SkillId AND (medium, direction) <> (@medium, @direction))
                """,
                key);
            if (isTaken)
                throw RpcErrors.FailedPrecondition(Domain, WfmErrors.SkillMediumConflict, $"Queues of another medium or direction feed the skill '{mapping.SkillId}'.");
            var added = await transaction.Connection.ExecuteAsync(
                """
                INSERT INTO wfm.queue_mappings (queue_sid, medium, direction, skill_id, skill_name, service_level_seconds, short_abandon_seconds)
                VALUES (@QueueSid, @medium, @direction, @SkillId, @SkillName, @ServiceLevelSeconds, @ShortAbandonSeconds) ON CONFLICT DO NOTHING
                """,
                new { key.QueueSid, key.medium, key.direction, key.SkillId, mapping.SkillName, mapping.ServiceLevelSeconds, mapping.ShortAbandonSeconds });
            if (added == 0)
                throw RpcErrors.AlreadyExists(Domain, WfmErrors.MappingExists, $"There is a mapping of '{mapping.QueueSid}' with this medium and direction.");
            Audit(transaction, context, "queue_mappings.create", mapping.QueueSid, request.RequestId);
            return new V1.CreateQueueMappingResponse { QueueMapping = mapping };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListQueueMappingsResponse> ListQueueMappings(V1.ListQueueMappingsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListQueueMappingsRequest();
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = (await connection.QueryAsync<(string QueueSid, short Medium, string Direction, string SkillId, string SkillName, int ServiceLevel, int ShortAbandon)>(new CommandDefinition(
            """
            SELECT queue_sid, medium, direction, skill_id, skill_name, service_level_seconds, short_abandon_seconds FROM wfm.queue_mappings
            WHERE @queue::text IS NULL OR (queue_sid, medium, direction) > (@queue, @medium, @direction) ORDER BY queue_sid, medium, direction LIMIT @limit
            """,
            new { queue = after?[0], medium = (short?)after?.Number(1), direction = after?[2], limit = size + 1 },
            cancellationToken: context.CancellationToken))).AsList();
        var response = new V1.ListQueueMappingsResponse();
        response.QueueMappings.AddRange(rows.Take(size).Select(row => new V1.QueueMapping
        {
            QueueSid = row.QueueSid,
            Medium = ContactMedia.MessageOf((ContactMedium)row.Medium),
            Outbound = row.Direction == "OUTBOUND",
            SkillId = row.SkillId,
            SkillName = row.SkillName,
            ServiceLevelSeconds = row.ServiceLevel,
            ShortAbandonSeconds = row.ShortAbandon,
        }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].QueueSid, $"{rows[size - 1].Medium}", rows[size - 1].Direction);
        return response;
    }

    /// <inheritdoc />
    public override Task<V1.DeleteQueueMappingResponse> DeleteQueueMapping(V1.DeleteQueueMappingRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var removed = await transaction.Connection.ExecuteAsync(
            "DELETE FROM wfm.queue_mappings WHERE queue_sid = @QueueSid AND medium = @medium AND direction = @direction",
            new { request.QueueSid, medium = Number(request.Medium), direction = DirectionOf(request.Outbound) });
        if (removed == 0)
            throw RpcErrors.NotFound(Domain, WfmErrors.MappingNotFound, "queue_mapping", request.QueueSid);
        Audit(transaction, context, "queue_mappings.delete", request.QueueSid, request.RequestId);
        return new V1.DeleteQueueMappingResponse();
    });

    private static V1.QueueMapping Check(V1.QueueMapping mapping)
    {
        if (mapping.SkillName.Length == 0)
            mapping.SkillName = mapping.SkillId;
        if (mapping.ServiceLevelSeconds == 0)
            mapping.ServiceLevelSeconds = DefaultServiceLevel;
        if (!mapping.HasShortAbandonSeconds)
            mapping.ShortAbandonSeconds = DefaultShortAbandon;
        var faults = new List<(string Field, string Reason, string Description)>();
        Refuse(mapping.QueueSid.Length == 0, "queue_sid", WfmErrors.FieldRequired, "is required");
        Refuse(mapping.QueueSid.Length > LongestId, "queue_sid", SharedErrors.FieldInvalid, $"must have at most {LongestId} characters");
        Refuse(mapping.SkillId.Length == 0, "skill_id", WfmErrors.FieldRequired, "is required");
        Refuse(mapping.SkillId.Length > LongestId, "skill_id", SharedErrors.FieldInvalid, $"must have at most {LongestId} characters");
        Refuse(mapping.SkillName.Length > LongestName, "skill_name", SharedErrors.FieldInvalid, $"must have at most {LongestName} characters");
        Refuse(mapping.Medium == V1.Medium.Unspecified, "medium", WfmErrors.FieldRequired, "is required");
        Refuse(!System.Enum.IsDefined(mapping.Medium), "medium", SharedErrors.FieldInvalid, "is not known");
        Refuse(mapping is { Medium: V1.Medium.Voice, Outbound: true }, "outbound", SharedErrors.FieldInvalid, "is not reported of voice");
        Refuse(mapping.ServiceLevelSeconds is < 1 or > 86_400, "service_level_seconds", SharedErrors.FieldInvalid, "must be 1 to 86,400");
        Refuse(mapping.ShortAbandonSeconds is < 0 or > 3_600, "short_abandon_seconds", SharedErrors.FieldInvalid, "must be 0 to 3,600");
        return faults.Count == 0 ? mapping : throw RpcErrors.InvalidArgument(Domain, faults);

        void Refuse(bool isWrong, string field, string reason, string description)
        {
            if (isWrong)
                faults.Add(($"queue_mapping.{field}", reason, description));
        }
    }

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, string queue, string requestId) =>
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, $"queue_mappings/{queue}", requestId));

    private static short Number(V1.Medium medium) => (short)(medium switch
    {
        V1.Medium.Voice => ContactMedium.Voice,
        V1.Medium.Chat => ContactMedium.Chat,
        V1.Medium.Sms => ContactMedium.Sms,
        V1.Medium.Web => ContactMedium.Web,
        _ => ContactMedium.Other,
    });

    private static string DirectionOf(bool outbound) => outbound ? "OUTBOUND" : "INBOUND";
}
