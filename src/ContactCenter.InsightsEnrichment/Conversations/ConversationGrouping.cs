namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// Which tasks form one conversation (INS-59 to INS-61). A task points to at most one other thing: the conversation it
/// names, else the first task it is found to belong to. Tasks that point to one another, or to the same thing, are one
/// conversation, so that two conversations which tasks named are never thrown together.
/// </summary>
public static class ConversationGrouping
{
    /// <summary>Groups tasks.</summary>
    /// <param name="tasks">Tasks of one account, each once, with all tasks they share a key with.</param>
    /// <returns>Conversation id by task SID.</returns>
    public static Dictionary<string, string> Group(IReadOnlyCollection<TaskLinks> tasks)
    {
        var ordered = tasks.OrderBy(task => task.Created).ThenBy(task => task.TaskSid, StringComparer.Ordinal).ToList();
        var bySid = ordered.ToDictionary(task => task.TaskSid, StringComparer.Ordinal);
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var task in ordered)
        {
            if (TargetOf(task) is { } target)
                roots[Root(task.TaskSid)] = Root(target);
        }

        return (from task in ordered
                group task by Root(task.TaskSid) into together
                let id = IdOf([.. together])
                from task in together
                select (task.TaskSid, id)).ToDictionary(StringComparer.Ordinal);

        string? TargetOf(TaskLinks task) => task.StandsAlone ? null
            : task.ConversationId is { } named ? (named == task.TaskSid ? null : named)
            : task.PreviousTaskSid is { } previous && previous != task.TaskSid && bySid.TryGetValue(previous, out var continued) && !continued.StandsAlone ? previous
            : Peer(task, other => other.TransferSid) ?? Peer(task, other => other.InteractionSid) ?? Peer(task, other => other.CallSid);

        string? Peer(TaskLinks task, Func<TaskLinks, string?> key) =>
            key(task) is { } value ? ordered.Find(other => other.TaskSid != task.TaskSid && !other.StandsAlone && key(other) == value)?.TaskSid : null;

        string Root(string node)
        {
            while (roots.TryGetValue(node, out var parent) && parent != node)
                node = parent;
            return node;
        }

        // A conversation named by a task has that name, unless the name is a task that itself belongs to a named one.
        string IdOf(List<TaskLinks> group) =>
            group.Select(task => task.ConversationId).FirstOrDefault(id => id is not null && !bySid.ContainsKey(id))
            ?? group.Select(task => task.ConversationId).FirstOrDefault(id => id is not null)
            ?? group[0].TaskSid;
    }
}
