using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.Facts;
using Dapper;
using Grpc.Core;
using Npgsql;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    private const int QueuePositionParts = 3;
    private const int DefaultServiceLevel = 20;
    private const int DefaultServiceLevelPercent = 80;
    private const int DefaultShortAbandon = 5;

    private const string MappedQueues =
        """
        SELECT queue_sid AS QueueSid, medium AS Medium, direction AS Direction, skill_id AS SkillId, skill_name AS SkillName, seconds AS Seconds, percent AS Percent, short_abandon_seconds AS ShortAbandon
        FROM wfm.queue_mappings JOIN wfm.service_levels USING (queue_sid, medium, direction) WHERE until_time = 'infinity'
        """;

    // An interval that was sealed keeps the level that was in force then (WFM-59).
    private const string AddLevel =
        """
        INSERT INTO wfm.service_levels (queue_sid, medium, direction, from_time, seconds, percent, short_abandon_seconds)
        SELECT queue_sid, medium, direction, @now, @ServiceLevelSeconds, @ServiceLevelPercent, @ShortAbandonSeconds FROM changed
        """;

    /// <inheritdoc />
    public override Task<V1.CreateQueueMappingResponse> CreateQueueMapping(V1.CreateQueueMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.QueueMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "queue_mapping", "is required"));
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockQueuesAsync(transaction.Connection, mapping);
            var added = await transaction.Connection.ExecuteAsync(
                $"""
                WITH changed AS (
                  INSERT INTO wfm.queue_mappings (queue_sid, medium, direction, skill_id, skill_name) VALUES (@QueueSid, @medium, @direction, @SkillId, @SkillName)
                  ON CONFLICT DO NOTHING RETURNING queue_sid, medium, direction
                )
                {AddLevel}
                """,
                ParametersOf(mapping));
            if (added == 0)
                throw RpcErrors.AlreadyExists(Domain, WfmErrors.MappingExists, $"There is a mapping of '{mapping.QueueSid}' with this medium and direction.");
            Audit(transaction, context, "queue_mappings.create", $"queue_mappings/{mapping.QueueSid}", request.RequestId);
            return new V1.CreateQueueMappingResponse { QueueMapping = Stamp(mapping) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetQueueMappingResponse> GetQueueMapping(V1.GetQueueMappingRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        return new() { QueueMapping = await FindQueueAsync(connection, new() { QueueSid = request.QueueSid, Medium = request.Medium, Outbound = request.Outbound }) };
    }

    /// <inheritdoc />
    public override Task<V1.UpdateQueueMappingResponse> UpdateQueueMapping(V1.UpdateQueueMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.QueueMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "queue_mapping", "is required"), isUpdate: true);
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockQueuesAsync(transaction.Connection, mapping);
            CheckEtag(mapping.Etag, (await FindQueueAsync(transaction.Connection, mapping)).Etag);
            await transaction.Connection.ExecuteAsync(
                $"""
                UPDATE wfm.service_levels SET until_time = @now
                WHERE queue_sid = @QueueSid AND medium = @medium AND direction = @direction AND until_time = 'infinity'
                  AND (seconds, percent, short_abandon_seconds) <> (@ServiceLevelSeconds, @ServiceLevelPercent, @ShortAbandonSeconds);
                WITH changed AS (
                  UPDATE wfm.queue_mappings SET skill_id = @SkillId, skill_name = @SkillName WHERE queue_sid = @QueueSid AND medium = @medium AND direction = @direction
                  RETURNING queue_sid, medium, direction
                )
                {AddLevel} WHERE NOT EXISTS (
                  SELECT FROM wfm.service_levels WHERE queue_sid = @QueueSid AND medium = @medium AND direction = @direction AND until_time = 'infinity')
                """,
                ParametersOf(mapping));
            Audit(transaction, context, "queue_mappings.update", $"queue_mappings/{mapping.QueueSid}", request.RequestId);
            return new V1.UpdateQueueMappingResponse { QueueMapping = Stamp(mapping) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListQueueMappingsResponse> ListQueueMappings(V1.ListQueueMappingsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListQueueMappingsRequest();
        var after = Pages.Position(request.PageToken, filter, QueuePositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = (await connection.QueryAsync<QueueRow>(new CommandDefinition(
            $"""
            {MappedQueues} AND (@queue::text IS NULL OR (queue_sid, medium, direction) > (@queue, @medium, @direction)) ORDER BY queue_sid, medium, direction LIMIT @limit
            """,
            new { queue = after?[0], medium = (short?)after?.Number(1), direction = after?[2], limit = size + 1 },
            cancellationToken: context.CancellationToken))).AsList();
        var response = new V1.ListQueueMappingsResponse();
        response.QueueMappings.AddRange(rows.Take(size).Select(row => row.ToMessage()));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].QueueSid, $"{rows[size - 1].Medium}", rows[size - 1].Direction);
        return response;
    }

    /// <inheritdoc />
    public override Task<V1.DeleteQueueMappingResponse> DeleteQueueMapping(V1.DeleteQueueMappingRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var removed = await transaction.Connection.ExecuteAsync(
            """
            WITH removed AS (DELETE FROM wfm.queue_mappings WHERE queue_sid = @QueueSid AND medium = @medium AND direction = @direction RETURNING *)
            UPDATE wfm.service_levels l SET until_time = @now FROM removed r
            WHERE l.queue_sid = r.queue_sid AND l.medium = r.medium AND l.direction = r.direction AND l.until_time = 'infinity'
            """,
            new { now = timeProvider.GetUtcNow(), request.QueueSid, medium = (short)ContactMedia.Of(request.Medium), direction = DirectionOf(request.Outbound) });
        if (removed == 0)
            throw NotFound("queue_mapping", request.QueueSid);
        Audit(transaction, context, "queue_mappings.delete", $"queue_mappings/{request.QueueSid}", request.RequestId);
        return new V1.DeleteQueueMappingResponse();
    });

    private async Task<V1.QueueMapping> FindQueueAsync(NpgsqlConnection connection, V1.QueueMapping key) =>
        (await connection.QuerySingleOrDefaultAsync<QueueRow>($"{MappedQueues} AND queue_sid = @QueueSid AND medium = @medium AND direction = @direction", ParametersOf(key)))?.ToMessage()
        ?? throw NotFound("queue_mapping", key.QueueSid);

    /// <summary>Keeps others from mapping to the end of the transaction: two calls at once must not give one skill two media.</summary>
    private async Task LockQueuesAsync(NpgsqlConnection connection, V1.QueueMapping mapping)
    {
        var isTaken = await connection.QuerySingleAsync<bool>(
            """
            LOCK TABLE wfm.queue_mappings IN SHARE ROW EXCLUSIVE MODE;
            SELECT EXISTS (
              SELECT FROM wfm.queue_mappings
              WHERE skill_id = @SkillId AND (medium, direction) <> (@medium, @direction))
            """,
            ParametersOf(mapping));
        if (isTaken)
            throw RpcErrors.FailedPrecondition(Domain, WfmErrors.SkillMediumConflict, $"Queues of another medium or direction feed the skill '{mapping.SkillId}'.");
    }

    private object ParametersOf(V1.QueueMapping mapping) => new
    {
        mapping.QueueSid,
        medium = (short)ContactMedia.Of(mapping.Medium),
        direction = DirectionOf(mapping.Outbound),
        mapping.SkillId,
        mapping.SkillName,
        mapping.ServiceLevelSeconds,
        mapping.ServiceLevelPercent,
        mapping.ShortAbandonSeconds,
        now = timeProvider.GetUtcNow(),
    };

    private static V1.QueueMapping Check(V1.QueueMapping mapping, bool isUpdate = false)
    {
        if (mapping.SkillName.Length == 0)
            mapping.SkillName = mapping.SkillId;
        if (mapping.ServiceLevelSeconds == 0)
            mapping.ServiceLevelSeconds = DefaultServiceLevel;
        if (mapping.ServiceLevelPercent == 0)
            mapping.ServiceLevelPercent = DefaultServiceLevelPercent;
        if (!mapping.HasShortAbandonSeconds)
            mapping.ShortAbandonSeconds = DefaultShortAbandon;
        new Faults("queue_mapping")
            .Text(mapping.QueueSid, "queue_sid", LongestId)
            .Text(mapping.SkillId, "skill_id", LongestId)
            .Text(mapping.SkillName, "skill_name", LongestName, isRequired: false)
            .Refuse(mapping.Medium == V1.Medium.Unspecified, "medium", "is required", WfmErrors.FieldRequired)
            .Refuse(!System.Enum.IsDefined(mapping.Medium), "medium", "is not known")
            .Refuse(mapping is { Medium: V1.Medium.Voice, Outbound: true }, "outbound", "is not reported of voice")
            .Refuse(mapping.ServiceLevelSeconds is < 1 or > 86_400, "service_level_seconds", "must be 1 to 86,400")
            .Refuse(mapping.ServiceLevelPercent is < 1 or > 100, "service_level_percent", "must be 1 to 100")
            .Refuse(mapping.ShortAbandonSeconds is < 0 or > 3_600, "short_abandon_seconds", "must be 0 to 3,600")
            .Text(mapping.Etag, "etag", LongestId, isUpdate)
            .Throw();
        return mapping;
    }

    private static string DirectionOf(bool outbound) => outbound ? "OUTBOUND" : "INBOUND";

    private sealed class QueueRow
    {
        public string QueueSid { get; init; } = "";
        public short Medium { get; init; }
        public string Direction { get; init; } = "";
        public string SkillId { get; init; } = "";
        public string SkillName { get; init; } = "";
        public int Seconds { get; init; }
        public int Percent { get; init; }
        public int ShortAbandon { get; init; }

        public V1.QueueMapping ToMessage() => Stamp(new V1.QueueMapping
        {
            QueueSid = QueueSid,
            Medium = ContactMedia.MessageOf((ContactMedium)Medium),
            Outbound = Direction == "OUTBOUND",
            SkillId = SkillId,
            SkillName = SkillName,
            ServiceLevelSeconds = Seconds,
            ServiceLevelPercent = Percent,
            ShortAbandonSeconds = ShortAbandon,
        });
    }
}
