using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Recordings;

/// <summary>The job that looks at a new link.</summary>
/// <param name="SegmentId">The segment that has it.</param>
public sealed record LinkCheckJob(string SegmentId);

/// <summary>Checks the link of a segment in the background, where that is switched on (INS-56).</summary>
/// <param name="store">The segments.</param>
/// <param name="checker">Looks at links.</param>
public sealed class LinkCheckHandler(ConversationStore store, LinkChecker checker) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "insights.check-link";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var found = await store.FindSegmentAsync(job.Payload<LinkCheckJob>().SegmentId, cancellationToken);
        if (found?.Value.Attributes.GetValueOrDefault(SegmentRecording.Link) is not { } link)
            return;
        await job.CheckAsync(cancellationToken);
        await checker.CheckAsync([new(found.AccountSid, found.Value.SegmentId, link)], cancellationToken);
    }
}
