using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

public sealed partial class ConversationService
{
    private const int MostLinks = 100;

    /// <inheritdoc />
    public override async Task<CheckLinksResponse> CheckLinks(CheckLinksRequest request, ServerCallContext context)
    {
        if (request.SegmentIds.Count == 0 || request.SegmentIds.Contains(""))
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "segment_ids", "must name segments");
        if (request.SegmentIds.Count > MostLinks)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "segment_ids", $"must name at most {MostLinks} segments");
        var ids = request.SegmentIds.Distinct(StringComparer.Ordinal).ToArray();
        var found = (await store.FindSegmentsAsync(ids, context.CancellationToken)).ToDictionary(segment => segment.Value.SegmentId, StringComparer.Ordinal);
        var links = new List<RecordingLink>();
        foreach (var id in ids)
        {
            if (!found.TryGetValue(id, out var segment))
                throw RpcErrors.NotFound(Domain, InsightsErrors.SegmentNotFound, "segment", id);
            if (segment.Value.Attributes.GetValueOrDefault(SegmentRecording.Link) is { } link)
                links.Add(new(segment.AccountSid, id, link));
        }

        var response = new CheckLinksResponse();
        response.Results.AddRange((await linkChecker.CheckAsync(links, context.CancellationToken)).Select(one => new LinkCheckResult
        {
            SegmentId = one.Link.SegmentId,
            Status = one.NeedsAuth ? LinkStatus.NeedsAuth : one.Failure is null ? LinkStatus.Playable : LinkStatus.Unreachable,
            HttpStatus = one.Status ?? 0,
            Failure = one.Failure ?? "",
            WarningCodes = { one.Codes() },
        }));
        return response;
    }
}
