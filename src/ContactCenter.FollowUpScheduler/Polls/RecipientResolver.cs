using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.Records;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Polls;

/// <summary>Finds out who is to be told of fetched records, with a few queries for all of them (FUP-44 to FUP-49).</summary>
/// <param name="directory">The people.</param>
/// <param name="channels">The channels.</param>
/// <param name="options">The default channel.</param>
public sealed class RecipientResolver(DirectoryStore directory, ChannelBook channels, IOptions<FollowUpOptions> options)
{
    /// <summary>Resolves the recipients of records.</summary>
    /// <param name="message">Says by which channels they are told.</param>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<MatchedRecord>> ResolveAsync(Message message, IReadOnlyList<FetchedRecord> records, CancellationToken cancellationToken)
    {
        var users = await directory.ResolveUsersAsync(records.SelectMany(record => record.UserReferences), cancellationToken);
        var groups = await directory.ResolveGroupsAsync(records.SelectMany(record => record.GroupReferences), cancellationToken);
        var known = await directory.FindUsersAsync(users.Values.Concat(groups.Values).SelectMany(reference => reference.UserIds), cancellationToken);
        var all = await channels.AllAsync(cancellationToken);
        var blocked = known.ToDictionary(pair => pair.Key, pair => ChannelChoice.Of(message, all, pair.Value, options.Value.DefaultChannel).BlockedReason, StringComparer.Ordinal);
        return [.. records.Select(record => Resolve(record, users, groups, blocked))];
    }

    private static MatchedRecord Resolve(
        FetchedRecord record,
        IReadOnlyDictionary<string, ResolvedReference> users,
        IReadOnlyDictionary<string, ResolvedReference> groups,
        Dictionary<string, string> blocked)
    {
        var recipients = new Dictionary<string, MatchedRecipient>(StringComparer.Ordinal);
        var sources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in record.UserReferences.Select(name => users[name]))
        {
            if (reference.Problem.Length == 0)
                sources.Add($"users/{reference.Id}");
            recipients.TryAdd(reference.Id, new(reference.Id, [], Blocked(reference.Problem, reference.Id)));
        }

        foreach (var reference in record.GroupReferences.Select(name => groups[name]))
        {
            if (reference.Problem.Length == 0)
                sources.Add($"groups/{reference.Id}");
            else
                recipients.TryAdd(reference.Id, new(reference.Id, [], reference.Problem));
            foreach (var user in reference.UserIds)
            {
                var earlier = recipients.GetValueOrDefault(user);
                if (earlier is null)
                    recipients.Add(user, new(user, [reference.Id], Blocked("", user)));
                else if (earlier.GroupIds.Count > 0)
                    recipients[user] = earlier with { GroupIds = [.. earlier.GroupIds, reference.Id] };
            }
        }

        foreach (var (field, reason) in record.WithoutValue)
            recipients.TryAdd(field, new(field, [], Blocked(reason, field)));
        return new(record.Id, record.Data, [.. sources], [.. recipients.Values], record.HasLookUpFailed);

        string Blocked(string problem, string user) =>
            record.HasLookUpFailed ? HoldReasons.LookUpFailed : problem.Length > 0 ? problem : blocked.GetValueOrDefault(user, "RECIPIENT_NOT_FOUND");
    }
}
