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
    /// <inheritdoc />
    public override Task<V1.CreateMediumMappingResponse> CreateMediumMapping(V1.CreateMediumMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.MediumMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "medium_mapping", "is required"));
        return calls.RunAsync(context, request, async transaction =>
        {
            var medium = ContactMedia.Of(mapping.Medium);
            var added = await transaction.Connection.ExecuteAsync(
                "INSERT INTO wfm.medium_mappings (channel, medium) VALUES (@Channel, @medium) ON CONFLICT DO NOTHING", new { mapping.Channel, medium = (short)medium });
            if (added == 0)
                throw Exists("channel", mapping.Channel);
            await ApplyAsync(transaction.Connection, mapping.Channel, medium);
            Audit(transaction, context, "medium_mappings.create", $"medium_mappings/{mapping.Channel}", request.RequestId);
            return new V1.CreateMediumMappingResponse { MediumMapping = Stamp(mapping) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetMediumMappingResponse> GetMediumMapping(V1.GetMediumMappingRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        return new() { MediumMapping = await FindMediumAsync(connection, request.Channel) ?? throw NotFound("medium_mapping", request.Channel) };
    }

    /// <inheritdoc />
    public override Task<V1.UpdateMediumMappingResponse> UpdateMediumMapping(V1.UpdateMediumMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.MediumMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "medium_mapping", "is required"), isUpdate: true);
        return calls.RunAsync(context, request, async transaction =>
        {
            var stored = await FindMediumAsync(transaction.Connection, mapping.Channel, "FOR UPDATE") ?? throw NotFound("medium_mapping", mapping.Channel);
            CheckEtag(mapping.Etag, stored.Etag);
            var medium = ContactMedia.Of(mapping.Medium);
            await transaction.Connection.ExecuteAsync("UPDATE wfm.medium_mappings SET medium = @medium WHERE channel = @Channel", new { mapping.Channel, medium = (short)medium });
            await ApplyAsync(transaction.Connection, mapping.Channel, medium);
            Audit(transaction, context, "medium_mappings.update", $"medium_mappings/{mapping.Channel}", request.RequestId);
            return new V1.UpdateMediumMappingResponse { MediumMapping = Stamp(mapping) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListMediumMappingsResponse> ListMediumMappings(V1.ListMediumMappingsRequest request, ServerCallContext context)
    {
        var (rows, next) = await PageAsync<(string Channel, short Medium)>(
            new V1.ListMediumMappingsRequest(),
            (request.PageSize, request.PageToken),
            "SELECT channel, medium FROM wfm.medium_mappings WHERE channel > @after ORDER BY channel LIMIT @limit",
            row => row.Channel,
            context.CancellationToken);
        return new() { MediumMappings = { rows.Select(MediumOf) }, NextPageToken = next };
    }

    /// <inheritdoc />
    public override Task<V1.DeleteMediumMappingResponse> DeleteMediumMapping(V1.DeleteMediumMappingRequest request, ServerCallContext context) =>
        calls.RunAsync(context, request, async transaction =>
        {
            if (await transaction.Connection.ExecuteAsync("DELETE FROM wfm.medium_mappings WHERE channel = @Channel", new { request.Channel }) == 0)
                throw NotFound("medium_mapping", request.Channel);
            await ApplyAsync(transaction.Connection, request.Channel, ContactMedia.Of(request.Channel));
            Audit(transaction, context, "medium_mappings.delete", $"medium_mappings/{request.Channel}", request.RequestId);
            return new V1.DeleteMediumMappingResponse();
        });

    private static V1.MediumMapping MediumOf((string Channel, short Medium) row) => Stamp(new V1.MediumMapping { Channel = row.Channel, Medium = ContactMedia.MessageOf((ContactMedium)row.Medium) });

    private static async Task<V1.MediumMapping?> FindMediumAsync(NpgsqlConnection connection, string channel, string lockClause = "") =>
        await connection.QuerySingleOrDefaultAsync<(string, short)?>($"SELECT channel, medium FROM wfm.medium_mappings WHERE channel = @channel {lockClause}", new { channel }) is { } row
            ? MediumOf(row)
            : null;

    private static V1.MediumMapping Check(V1.MediumMapping mapping, bool isUpdate = false)
    {
        new Faults("medium_mapping")
            .Text(mapping.Channel, "channel", LongestId)
            .Refuse(!System.Enum.IsDefined(mapping.Medium), "medium", "is not known")
            .Text(mapping.Etag, "etag", LongestId, isUpdate)
            .Throw();
        return mapping;
    }

    // What agents did keeps its medium; contacts count by the new one from the next sealing or restatement on (WFM-27, WFM-55).
    private static async Task ApplyAsync(NpgsqlConnection connection, string channel, ContactMedium medium) => await connection.ExecuteAsync(
        """
        UPDATE wfm.segments SET medium = @medium WHERE channel = @channel AND medium <> @medium;
        UPDATE wfm.waits w SET medium = @medium FROM wfm.segments s WHERE s.task_sid = w.task_sid AND s.channel = @channel AND w.medium <> @medium
        """,
        new { channel, medium = (short)medium });
}
