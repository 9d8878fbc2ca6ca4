using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.Sandbox.Passes;

/// <summary>Reads what the suite shows, by its gRPC contracts.</summary>
/// <param name="conversations">Insights.</param>
/// <param name="sessions">The sessions of Insights.</param>
/// <param name="intervals">Workforce management.</param>
/// <param name="account">The account whose traffic is read.</param>
public sealed class SuiteReader(
    ConversationService.ConversationServiceClient conversations,
    SessionService.SessionServiceClient sessions,
    IntervalService.IntervalServiceClient intervals,
    TwilioAccount account)
{
    private const int PageSize = 1000;

    // The filter hides these unless they are asked for; one left over is a difference, so they are.
    private static readonly SegmentKind[] AllKinds = [.. System.Enum.GetValues<SegmentKind>().Where(k => k != SegmentKind.Unspecified)];

    /// <summary>Whether Insights knows a conversation that began in a range.</summary>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range, exclusive.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>True if there is one.</returns>
    public async Task<bool> AnyConversationAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var request = new ListConversationsRequest { Filter = Conversations(from, until), PageSize = 1 };
        return (await conversations.ListConversationsAsync(request, cancellationToken: cancellation)).Conversations.Count > 0;
    }

    /// <summary>All conversations that began in a range.</summary>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range, exclusive.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The conversations.</returns>
    public async Task<List<Conversation>> ConversationsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var request = new ListConversationsRequest { Filter = Conversations(from, until), PageSize = PageSize };
        var all = new List<Conversation>();
        do
        {
            var page = await conversations.ListConversationsAsync(request, cancellationToken: cancellation);
            all.AddRange(page.Conversations);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    /// <summary>All segments that began in a range, of every kind.</summary>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range, exclusive.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The segments.</returns>
    public async Task<List<Segment>> SegmentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var filter = new SegmentFilter { StartTime = from.ToTimestamp(), EndTime = until.ToTimestamp(), AccountSid = account.AccountSid };
        filter.Kinds.AddRange(AllKinds);
        var request = new ListSegmentsRequest { Filter = filter, PageSize = PageSize };
        var all = new List<Segment>();
        do
        {
            var page = await conversations.ListSegmentsAsync(request, cancellationToken: cancellation);
            all.AddRange(page.Segments);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    /// <summary>All sessions that began in a range, with their metadata documents.</summary>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range, exclusive.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The sessions.</returns>
    public async Task<List<(Session Session, SessionMetadata Metadata)>> SessionsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var request = new ListSessionsRequest { Filter = new() { StartTime = from.ToTimestamp(), EndTime = until.ToTimestamp() }, PageSize = PageSize };
        var all = new List<(Session, SessionMetadata)>();
        do
        {
            var page = await sessions.ListSessionsAsync(request, cancellationToken: cancellation);
            foreach (var session in page.Sessions)
                all.Add((session, (await sessions.GetSessionMetadataAsync(new() { Name = session.Name }, cancellationToken: cancellation)).Metadata));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    /// <summary>The figures of all queues in a range.</summary>
    /// <param name="from">Start of the range, on a quarter hour.</param>
    /// <param name="until">End of the range, exclusive, on a quarter hour.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The figures.</returns>
    public async Task<List<QueueInterval>> QueueIntervalsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        var request = new ListQueueIntervalsRequest { StartTime = from.ToTimestamp(), EndTime = until.ToTimestamp(), PageSize = PageSize };
        var all = new List<QueueInterval>();
        do
        {
            var page = await intervals.ListQueueIntervalsAsync(request, cancellationToken: cancellation);
            all.AddRange(page.QueueIntervals);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    private ConversationFilter Conversations(DateTimeOffset from, DateTimeOffset until) =>
        new() { StartTime = from.ToTimestamp(), EndTime = until.ToTimestamp(), AccountSid = account.AccountSid };
}
