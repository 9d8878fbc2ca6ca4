using System.Globalization;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<GetOutboxStatusResponse> GetOutboxStatus(GetOutboxStatusRequest request, ServerCallContext context)
    {
        var status = await outbox.GetStatusAsync(context.CancellationToken);
        return new GetOutboxStatusResponse
        {
            OutboxStatus = new()
            {
                Pending = status.Pending,
                OldestAge = status.OldestAge.ToDuration(),
                Refused = status.Refused,
                MaxPending = status.MaxPending,
            },
        };
    }

    /// <inheritdoc />
    public override async Task<ListMigrationsResponse> ListMigrations(ListMigrationsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new ListMigrationsRequest();
        var after = Pages.Position(request.PageToken, filter, 2);
        var rows = await migrations.ListAsync(after is null ? null : (after[0], (int)after.Number(1)), size + 1, context.CancellationToken);

        var response = new ListMigrationsResponse();
        response.Migrations.AddRange(rows.Take(size).Select(row => new Migration
        {
            Set = row.Set,
            Number = row.Number,
            Name = row.Name,
            Checksum = row.Checksum,
            MinReader = row.MinReader,
            ApplyTime = new DateTimeOffset(row.AppliedTime).ToTimestamp(),
            ApplyDuration = row.Duration.ToDuration(),
        }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].Set, rows[size - 1].Number.ToString(CultureInfo.InvariantCulture));
        return response;
    }
}
