using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Serves what agents did; <c>adherence_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="figures">Works it out.</param>
/// <param name="source">Knows whether Insights is heard of.</param>
public sealed class AdherenceService(DurableDatabase database, FigureStore figures, SourceWatch source) : V1.AdherenceService.AdherenceServiceBase
{
    private const int PositionParts = 2;

    private static readonly Paging Pages = new(WfmErrors.Domain);

    /// <inheritdoc />
    public override async Task<V1.ListAgentActivitiesResponse> ListAgentActivities(V1.ListAgentActivitiesRequest request, ServerCallContext context)
    {
        var range = IntervalRange.Read(request.StartTime, request.EndTime);
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListAgentActivitiesRequest { StartTime = request.StartTime, EndTime = request.EndTime, AgentSid = request.AgentSid };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var query = new SpanQuery(range.Start, range.End, request.AgentSid.Length > 0 ? [request.AgentSid] : null, after?[0], after?.Time(1).UtcDateTime, size + 1);
        var spans = await figures.SpansAsync(connection, query, context.CancellationToken);

        var response = new V1.ListAgentActivitiesResponse { Source = await source.StateAsync(connection, context.CancellationToken) };
        response.Activities.AddRange(spans.Take(size).Select(span => new V1.AgentActivity
        {
            AgentSid = span.AgentSid,
            State = span.Kind.State,
            ReasonCode = span.Kind.ReasonCode ?? "",
            ReasonText = span.Kind.ReasonText ?? "",
            Medium = ContactMedia.MessageOf(span.Medium),
            StartTime = span.Start.ToTimestamp(),
            EndTime = span.End?.ToTimestamp(),
            Open = span.End is null,
        }));
        if (spans.Count > size)
            response.NextPageToken = Paging.Token(filter, spans[size - 1].AgentSid, Paging.Part(spans[size - 1].Start));
        return response;
    }
}
