using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Sessions;

public sealed partial class SessionService
{
    /// <inheritdoc />
    public override async Task<V1.ListSessionsResponse> ListSessions(V1.ListSessionsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var (start, end) = (RpcTimes.Read(filter.StartTime, Domain, "filter.start_time"), RpcTimes.Read(filter.EndTime, Domain, "filter.end_time"));
        if (start >= end)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, "filter.end_time", "must be after start_time");
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 2);
        var kind = filter.Kind == V1.SessionKind.Unspecified ? null : filter.Kind.ToString().ToLowerInvariant();
        var rows = await store.ListAsync(
            new(start, end, kind, Given(filter.Status), Given(filter.TaskSid), after?.Time(0), after?[1], size + 1), context.CancellationToken);

        var response = new V1.ListSessionsResponse();
        response.Sessions.AddRange(rows.Take(size).Select(MessageOf));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].StartTime), rows[size - 1].Name.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListSessionEventsResponse> ListSessionEvents(V1.ListSessionEventsRequest request, ServerCallContext context)
    {
        var session = await FindAsync(request.Name, context);
        var filter = new V1.GetSessionRequest { Name = request.Name };
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 2);
        var rows = await store.EventsAsync(session.Name, after?.Time(0), after?.Id(1), size + 1, context.CancellationToken);

        var response = new V1.ListSessionEventsResponse();
        response.Events.AddRange(rows.Take(size).Select(row => new V1.SessionEventEntry
        {
            RawEventId = row.RawEventId.ToString(),
            EventKey = row.EventKey,
            Type = row.EventType,
            EventTime = row.EventTime.ToTimestamp(),
            ReceivedTime = row.ReceivedTime.ToTimestamp(),
            Status = row.Status,
        }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].EventTime), rows[size - 1].RawEventId.ToString());
        return response;
    }

    /// <summary>Empty means that the field does not narrow the list.</summary>
    private static string? Given(string value) => value.Length > 0 ? value : null;
}
