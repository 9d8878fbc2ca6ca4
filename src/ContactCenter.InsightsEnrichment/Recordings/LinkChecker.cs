using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;

namespace ContactCenter.InsightsEnrichment.Recordings;

/// <summary>
/// Looks whether links of recordings can be played as they stand (INS-56): asks for each without further credentials, and
/// raises warnings. A link is never changed, and never written to a log whole.
/// </summary>
/// <param name="egress">Asks.</param>
/// <param name="database">Takes the warnings.</param>
/// <param name="accounts">Which accounts are test environments.</param>
/// <param name="timeProvider">Their time.</param>
public sealed class LinkChecker(EgressClient egress, DurableDatabase database, TwilioAccounts accounts, TimeProvider timeProvider)
{
    private const string Destinations = "recording-links";
    private const int AtATime = 4;

    /// <summary>Checks links.</summary>
    /// <param name="links">The links, each with its segment and account.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>What was found, in the same order.</returns>
    public async Task<IReadOnlyList<CheckedLink>> CheckAsync(IReadOnlyList<RecordingLink> links, CancellationToken cancellationToken)
    {
        var found = new CheckedLink[links.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, links.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
            async (index, token) => found[index] = await CheckAsync(links[index], token));
        await using var transaction = await database.BeginAsync(cancellationToken);
        await WarningStore.AddAsync(
            transaction,
            accounts,
            [.. from one in found
                from code in one.Codes()
                select new Warning(one.Link.AccountSid, code, SegmentRecording.Link, null, null)],
            timeProvider.GetUtcNow());
        await transaction.CommitAsync(cancellationToken);
        return found;
    }

    private async Task<CheckedLink> CheckAsync(RecordingLink link, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(link.Url, UriKind.Absolute, out var uri))
            return new(link, null, "The link is no address.", IsHttps: false, HasUserInfo: false);
        // Many players drop user information: so it is asked for as they would.
        var url = uri.UserInfo.Length == 0 ? link.Url : new UriBuilder(uri) { UserName = "", Password = "" }.Uri.AbsoluteUri;
        var outcome = await AskAsync(url, cancellationToken);
        return new(link, outcome.Response?.Status ?? outcome.Failure?.Status, outcome.Failure?.Detail, uri.Scheme == Uri.UriSchemeHttps, uri.UserInfo.Length > 0);
    }

    private async Task<EgressOutcome> AskAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            // The head of the answer tells; a link may be good for GET alone, so nothing else is asked.
            return await egress.DownloadAsync(
                new(Destination.For(Destinations, url), HttpMethod.Get, url)
                {
                    Headers = [new("Range", "bytes=0-0")],
                    IsSuccess = status => status is >= 200 and <= 399,
                },
                static (_, _, _) => Task.CompletedTask,
                cancellationToken);
        }
        catch (EgressException refused)
        {
            return new() { Failure = refused.Failure };
        }
    }
}

/// <summary>The link of a segment's recording.</summary>
/// <param name="AccountSid">Account of the segment.</param>
/// <param name="SegmentId">The segment.</param>
/// <param name="Url">The link.</param>
public sealed record RecordingLink(string AccountSid, string SegmentId, string Url)
{
    /// <summary>Never shows the link, which may carry its authorisation.</summary>
    /// <returns>The segment.</returns>
    public override string ToString() => SegmentId;
}

/// <summary>What became of one link.</summary>
/// <param name="Link">The link.</param>
/// <param name="Status">Status of the answer; null without one.</param>
/// <param name="Failure">Why there was no good answer, without secrets; null if there was.</param>
/// <param name="IsHttps">Whether it is an https address.</param>
/// <param name="HasUserInfo">Whether it carries user information.</param>
public sealed record CheckedLink(RecordingLink Link, int? Status, string? Failure, bool IsHttps, bool HasUserInfo)
{
    /// <summary>Whether it can be played only with further credentials.</summary>
    public bool NeedsAuth => Status is 401 or 403;

    /// <summary>The codes of the warnings that it gives rise to.</summary>
    public IEnumerable<string> Codes()
    {
        if (NeedsAuth)
            yield return "segment_link_needs_auth";
        if (!IsHttps)
            yield return "segment_link_not_https";
        if (HasUserInfo)
            yield return "segment_link_user_info";
    }
}
