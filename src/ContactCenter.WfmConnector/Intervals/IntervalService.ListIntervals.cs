using ContactCenter.ServiceDefaults;
using ContactCenter.Wfm.V1;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class IntervalService
{
    /// <inheritdoc />
    public override async Task<ListIntervalsResponse> ListIntervals(ListIntervalsRequest request, ServerCallContext context)
    {
        var range = IntervalRange.Read(request.StartTime, request.EndTime);
        var size = Pages.Size(request.PageSize);
        var filter = new ListIntervalsRequest { StartTime = request.StartTime, EndTime = request.EndTime };
        var after = Pages.Position(request.PageToken, filter, 1)?.Time(0);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = (await connection.QueryAsync<(DateTime Start, int Revision, DateTime SealTime, bool IsIncomplete, string[] States)>(new CommandDefinition(
            """
            SELECT i.start_time, i.revision, i.seal_time, i.is_incomplete, ARRAY(
              SELECT state FROM (SELECT DISTINCT ON (kind) state FROM wfm.reports r WHERE r.interval_start = i.start_time ORDER BY kind, r.revision DESC) newest)
            FROM wfm.intervals i WHERE i.start_time >= @Start AND i.start_time < @End AND (@after::timestamptz IS NULL OR i.start_time > @after) ORDER BY i.start_time LIMIT @limit
            """,
            new { range.Start, range.End, after, limit = size + 1 },
            cancellationToken: context.CancellationToken))).AsList();
        var excluded = rows.Count == 0
            ? []
            : await FigureStore.ExcludedCountsAsync(connection, rows[0].Start, rows[^1].Start + Quarter.Length, context.CancellationToken);
        var response = new ListIntervalsResponse();
        response.Intervals.AddRange(rows.Take(size).Select(row => new Interval
        {
            StartTime = row.Start.ToTimestamp(),
            Revision = row.Revision,
            SealTime = row.SealTime.ToTimestamp(),
            Incomplete = row.IsIncomplete,
            ExcludedContacts = excluded.GetValueOrDefault(row.Start),
            State = StateOf(row.Revision, row.States),
        }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].Start));
        return response;
    }

    /// <summary>How far an interval is, told by the newest revisions of its reports (WFM-77).</summary>
    private static IntervalState StateOf(int revision, string[] states) => (states.Contains("REJECTED"), states.All(state => state == "DELIVERED"), revision) switch
    {
        (true, _, _) => IntervalState.Rejected,
        (_, true, 0) => IntervalState.Delivered,
        (_, true, _) => IntervalState.Restated,
        (_, _, 0) => IntervalState.Sealed,
        _ => IntervalState.Stale,
    };
}
