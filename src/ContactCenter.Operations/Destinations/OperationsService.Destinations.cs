using ContactCenter.Egress.Destinations;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<ListDestinationsResponse> ListDestinations(ListDestinationsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new ListDestinationsRequest();
        var after = Pages.Position(request.PageToken, filter, 1);
        var rows = await destinations.ListAsync(after?[0], size + 1, context.CancellationToken);

        var response = new ListDestinationsResponse();
        response.Destinations.AddRange(rows.Take(size).Select(MessageOf));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].Id);
        return response;
    }

    /// <inheritdoc />
    public override Task<UpdateDestinationResponse> UpdateDestination(UpdateDestinationRequest request, ServerCallContext context)
    {
        var id = Required(request.DestinationId, "destination_id");
        var etag = Required(request.Etag, "etag");
        var settings = SettingsOf(request.Settings ?? throw Missing("settings"));
        return ChangeAsync(request, context, async transaction =>
        {
            var before = await destinations.GetAsync(transaction, id, context.CancellationToken);
            var after = await destinations.UpdateAsync(transaction, id, settings, etag, context.CancellationToken);
            var fields = FieldPaths.Changed(MessageOf(before.Settings), MessageOf(after.Settings));
            if (request.Settings.Tls is { ClientKey.Length: > 0 })
                fields = fields.Append("tls.client_key");
            return new Deed<UpdateDestinationResponse>(new() { Destination = MessageOf(after) }, "destinations.update", $"destinations/{id}", Durable.Audit.AuditEntry.Changed(fields));
        });
    }

    /// <inheritdoc />
    public override Task<ResetBreakerResponse> ResetBreaker(ResetBreakerRequest request, ServerCallContext context)
    {
        var id = Required(request.DestinationId, "destination_id");
        return ChangeAsync(request, context, async transaction =>
        {
            var after = await destinations.ResetBreakerAsync(transaction, id, context.CancellationToken);
            return new Deed<ResetBreakerResponse>(new() { Destination = MessageOf(after) }, "destinations.resetBreaker", $"destinations/{id}");
        });
    }

    private static Destination MessageOf(DestinationView view)
    {
        var message = new Destination
        {
            Id = view.Id,
            Name = view.Name,
            Origin = view.Origin,
            Settings = MessageOf(view.Settings),
            IsChanged = view.IsChanged,
            ClientKeyId = view.ClientKeyId ?? "",
            Etag = view.Etag,
            UpdateTime = view.UpdateTime.ToTimestamp(),
            BreakerState = (V1.BreakerState)(view.Breaker + 1),
            BreakerOpenDuration = view.BreakerOpenFor.ToDuration(),
            BreakerError = view.LastError is { } error ? $"{error.Class} {error.Reason}: {error.Detail}" : "",
            TokensLeft = view.TokensLeft,
            CallsInFlight = view.CallsInFlight,
        };
        if (view.BudgetLeft is { } budget)
            message.BudgetLeft = budget;
        return message;
    }
}
