using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Sessions;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>Tasks and sessions that are worked out together: what one of them needs, all of them keep.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="Sessions">Their sessions, or one that has none.</param>
internal sealed record Together(IReadOnlyList<RetainedTask> Tasks, IReadOnlyList<RetainedSession> Sessions)
{
    /// <summary>Whether nothing more is expected of any.</summary>
    public bool IsClosed => Tasks.All(task => task.IsClosed) && Sessions.All(session => session.HasEnded);

    /// <summary>Whether an event is not processed yet.</summary>
    public bool Waits => Tasks.Any(task => task.Waits) || Sessions.Any(session => session.Waits);

    /// <summary>Whether no raw event is left that something was made of.</summary>
    public bool IsSealed => Tasks.All(task => task.SealedSince is not null) && Sessions.All(session => session.SealedSince is not null);

    /// <summary>When the last of their events was received; those that came for what is sealed do not count.</summary>
    public DateTimeOffset LastReceived => new(Tasks.Select(task => task.SealedSince ?? task.LastReceived)
        .Concat(Sessions.Select(session => session.SealedSince ?? session.LastReceived)).Max() ?? DateTime.UnixEpoch);

    /// <summary>Holds tasks and sessions, and all that belong together with them: whoever processes an event of theirs waits.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="some">SIDs of tasks and names of sessions.</param>
    /// <returns>Null if others work on some of them.</returns>
    public static async Task<List<Together>?> HoldAsync(NpgsqlConnection connection, string[] some)
    {
        if (some.Length == 0)
            return [];
        var store = new RetentionStore(connection);
        var locks = new EnrichmentStore(connection);
        var names = await store.WithNamedTasksAsync(some);
        // Sessions before tasks, always: so no two transactions wait for each other.
        var ofTasks = await SessionStore.OfTasksAsync(connection, [.. await locks.TasksTogetherAsync(names)]);
        var held = names.Where(name => SessionName.TryParse(name, out _)).Concat(ofTasks.Select(session => session.Name)).ToHashSet(StringComparer.Ordinal);
        await locks.LockAsync(held.Select(EnrichmentStore.LockOf));
        var links = (await locks.LinksAsync([.. names])).ToHashSet(StringComparer.Ordinal);
        await locks.LockAsync(links.Select(EnrichmentStore.LockOf));
        if (await locks.HoldAsync(links) is not { } reachable)
            return null;

        var tasks = reachable.Select(row => row.TaskSid).Distinct(StringComparer.Ordinal).ToArray();
        ofTasks = await SessionStore.OfTasksAsync(connection, tasks);
        if (!ofTasks.TrueForAll(session => held.Contains(session.Name)))
            return null;
        var sessions = (await store.SessionsAsync([.. held])).ToDictionary(session => session.Name, StringComparer.Ordinal);
        var groups = new Groups();
        foreach (var row in reachable)
            groups.Join(row.TaskSid, row.Link);
        foreach (var (name, task) in ofTasks)
            groups.Join(name, task);
        var byGroup = (await store.TasksAsync(tasks)).ToLookup(task => groups.Of(task.TaskSid), StringComparer.Ordinal);
        var sessionsByGroup = sessions.Values.ToLookup(session => groups.Of(session.Name), StringComparer.Ordinal);
        return [.. byGroup.Select(group => group.Key).Union(sessionsByGroup.Select(group => group.Key))
            .Select(group => new Together([.. byGroup[group]], [.. sessionsByGroup[group]]))];
    }

    /// <summary>What belongs together by pairs.</summary>
    private sealed class Groups
    {
        private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);

        public string Of(string one)
        {
            while (_parents.TryGetValue(one, out var parent) && parent != one)
                one = parent;
            return one;
        }

        public void Join(string left, string right) => _parents[Of(left)] = Of(right);
    }
}
