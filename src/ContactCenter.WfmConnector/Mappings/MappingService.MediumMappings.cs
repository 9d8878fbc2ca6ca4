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
        var mapping = request.MediumMapping ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "medium_mapping", "is required");
        new Faults("medium_mapping").Text(mapping.Channel, "channel", LongestId).Refuse(!System.Enum.IsDefined(mapping.Medium), "medium", "is not known").Throw();
        return calls.RunAsync(context, request, async transaction =>
        {
            var medium = ContactMedia.Of(mapping.Medium);
            var added = await transaction.Connection.ExecuteAsync(
                "INSERT INTO wfm.medium_mappings (channel, medium) VALUES (@Channel, @medium) ON CONFLICT DO NOTHING", new { mapping.Channel, medium = (short)medium });
            if (added == 0)
                throw Exists("channel", mapping.Channel);
            await ApplyAsync(transaction.Connection, mapping.Channel, medium);
            Audit(transaction, context, "medium_mappings.create", $"medium_mappings/{mapping.Channel}", request.RequestId);
            return new V1.CreateMediumMappingResponse { MediumMapping = mapping };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListMediumMappingsResponse> ListMediumMappings(V1.ListMediumMappingsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListMediumMappingsRequest();
        var after = Pages.Position(request.PageToken, filter, 1)?[0] ?? "";
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = (await connection.QueryAsync<(string Channel, short Medium)>(new CommandDefinition(
            "SELECT channel, medium FROM wfm.medium_mappings WHERE channel > @after ORDER BY channel LIMIT @limit",
            new { after, limit = size + 1 },
            cancellationToken: context.CancellationToken))).AsList();
        var response = new V1.ListMediumMappingsResponse();
        response.MediumMappings.AddRange(rows.Take(size).Select(row => new V1.MediumMapping { Channel = row.Channel, Medium = ContactMedia.MessageOf((ContactMedium)row.Medium) }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].Channel);
        return response;
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

    // What agents did keeps its medium; contacts count by the new one from the next sealing or restatement on (WFM-27, WFM-55).
    private static async Task ApplyAsync(NpgsqlConnection connection, string channel, ContactMedium medium) => await connection.ExecuteAsync(
        """
        UPDATE wfm.segments SET medium = @medium WHERE channel = @channel AND medium <> @medium;
        UPDATE wfm.waits w SET medium = @medium FROM wfm.segments s WHERE s.task_sid = w.task_sid AND s.channel = @channel AND w.medium <> @medium
        """,
        new { channel, medium = (short)medium });
}
