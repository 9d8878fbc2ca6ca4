using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// Changes of a task's attributes after the event whose attributes count: media links still do for a short while, all
/// other values change nothing (INS-35, INS-36).
/// </summary>
internal sealed class LateUpdates
{
    private static readonly FieldTable Fields = AttributeFields.Conversations;

    private readonly TaskRouterEvent _source;
    private readonly SortedDictionary<int, string> _links = [];

    private LateUpdates(TaskRouterEvent source) => _source = source;

    /// <summary>What is wrong with the updates.</summary>
    public SegmentWarnings Warnings { get; } = new();

    /// <summary>Reads the updates of a task.</summary>
    /// <param name="events">All events of the task, in order.</param>
    /// <param name="source">The event that ended the task's last Conversation segment.</param>
    /// <param name="taskEnd">When the task ended; null while it lasts.</param>
    /// <param name="window">How long after that a link counts.</param>
    public static LateUpdates Find(IReadOnlyList<TaskRouterEvent> events, TaskRouterEvent source, DateTimeOffset? taskEnd, TimeSpan window)
    {
        var updates = new LateUpdates(source);
        foreach (var update in events.Where(current => current.Type == EventTypes.TaskUpdated && source.IsBefore(current)))
            updates.Take(update, taskEnd is null || update.Time - taskEnd <= window);
        return updates;
    }

    /// <summary>A Conversation segment with the links that came late.</summary>
    /// <param name="segment">One of the task.</param>
    /// <param name="isLast">Whether it is the last, which takes the warnings, and whose links are replaced.</param>
    public Segment Apply(Segment segment, bool isLast)
    {
        var corrected = (segment.Corrections ?? []).SelectMany(correction => correction.Values).Select(value => value.Field).ToHashSet(StringComparer.Ordinal);
        var links = _links.Where(link => (isLast || !segment.Attributes.ContainsKey(Fields.Name(link.Key))) && !corrected.Contains(Fields.Name(link.Key)))
            .Select(link => KeyValuePair.Create(Fields.Name(link.Key), link.Value)).ToList();
        return segment with
        {
            Attributes = links.Count > 0 ? segment.Attributes.With(links) : segment.Attributes,
            Warnings = isLast && Warnings.All is { } late ? [.. segment.Warnings ?? [], .. late] : segment.Warnings,
        };
    }

    private void Take(TaskRouterEvent update, bool inTime)
    {
        var given = update.Attributes.Conversations;
        foreach (var value in given.All)
        {
            var text = value.Kind == FieldValueKind.NotScalar ? null : given.Text(value);
            if (text is null || text == Known(value.Field))
                continue;
            var name = Fields.Name(value.Field);
            if (FieldRules.Of(value.Field) != FieldRule.Link)
                Warnings.Add(update, "late_attributes", name, text);
            else if (!inTime)
                Warnings.Add(update, "media_link_late", name);
            else if (!SegmentAttributes.FitsLink(given, value))
                Warnings.Add(update, "link_too_long", name);
            else
                _links[value.Field] = text;
        }
    }

    private string? Known(int field) => _links.TryGetValue(field, out var link) ? link : _source.Attributes.Conversations.Text(field);
}
