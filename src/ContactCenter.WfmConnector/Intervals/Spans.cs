using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Facts;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>One agent in one state from start to end.</summary>
public sealed class Span
{
    /// <summary>The agent.</summary>
    public required string AgentSid { get; init; }

    /// <summary>When it began; it may lie before the range that was asked for.</summary>
    public required DateTime Start { get; init; }

    /// <summary>When it ended; null if that lies not before the end of the range.</summary>
    public DateTime? End { get; init; }

    /// <summary>The state.</summary>
    public required AgentStateKind Kind { get; init; }

    /// <summary>Medium of the contact; null without.</summary>
    public ContactMedium? Medium { get; init; }
}

/// <summary>How long an agent was in which states within one interval, in milliseconds (WFM-64).</summary>
public sealed class Presence
{
    private readonly SortedDictionary<string, long> _unavailable = new(StringComparer.Ordinal);

    /// <summary>Ready for contacts.</summary>
    public long AvailableMs { get; private set; }

    /// <summary>Logged in and not ready, by reason code; without code under the empty one.</summary>
    public IReadOnlyDictionary<string, long> UnavailableMs => _unavailable;

    /// <summary>With a contact.</summary>
    public long OnContactMs { get; private set; }

    /// <summary>Wrapping up.</summary>
    public long WrapUpMs { get; private set; }

    private void Add(AgentStateKind kind, long milliseconds)
    {
        switch (kind.Class)
        {
            case "AVAILABLE":
                AvailableMs += milliseconds;
                break;
            case "ON_CONTACT":
                OnContactMs += milliseconds;
                break;
            case "WRAP_UP":
                WrapUpMs += milliseconds;
                break;
            default:
                var code = kind.ReasonCode ?? "";
                _unavailable[code] = _unavailable.GetValueOrDefault(code) + milliseconds;
                break;
        }
    }

    /// <summary>Sums up spans by the intervals of a range.</summary>
    /// <param name="spans">All that touch the range.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <param name="attribution">Where a span counts that lasts longer than an interval.</param>
    /// <returns>Of each interval the agents who were logged in during it, in the order of the spans.</returns>
    public static Dictionary<string, Presence>[] Of(IEnumerable<Span> spans, DateTime from, DateTime until, PresenceAttribution attribution)
    {
        var intervals = new Dictionary<string, Presence>[(int)((until - from).Ticks / Quarter.Length.Ticks)];
        for (var i = 0; i < intervals.Length; i++)
            intervals[i] = new(StringComparer.Ordinal);
        foreach (var span in spans.Where(span => span.Kind.Class != AgentStateKind.LoggedOut.Class))
        {
            var start = span.Start > from ? span.Start : from;
            var end = span.End < until ? span.End.Value : until;
            for (var at = start; at < end;)
            {
                var index = IndexOf(at);
                var next = from + (index + 1) * Quarter.Length;
                if (next > end)
                    next = end;
                var presence = Find(intervals[index], span.AgentSid);
                if (attribution == PresenceAttribution.Clipped)
                    presence.Add(span.Kind, MsBetween(at, next));
                at = next;
            }

            if (attribution == PresenceAttribution.Completed && span.End is { } completed && completed >= from)
                Find(intervals[IndexOf(completed)], span.AgentSid).Add(span.Kind, MsBetween(span.Start, completed));
        }

        return intervals;

        int IndexOf(DateTime time) => (int)((time - from).Ticks / Quarter.Length.Ticks);
    }

    private static Presence Find(Dictionary<string, Presence> interval, string agent)
    {
        if (!interval.TryGetValue(agent, out var presence))
            interval.Add(agent, presence = new());
        return presence;
    }

    private static long MsBetween(DateTime start, DateTime end) => (end - start).Ticks / TimeSpan.TicksPerMillisecond;
}
