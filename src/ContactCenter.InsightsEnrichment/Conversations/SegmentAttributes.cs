using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// The text values of a segment: the defaults that TaskRouter gives, each replaced by the value that the task's
/// attributes give (INS-38, INS-39), in their allowed spellings (INS-52, INS-75, INS-76) and cut to length (INS-42).
/// </summary>
internal sealed class SegmentAttributes
{
    /// <summary>Longest text that is shown, in Unicode code points.</summary>
    public const int LongestText = 128;

    private const string Yes = "Yes", No = "No", FollowUp = "Follow-Up", QueuePhase = "Queue", Voicemail = "Voicemail", CallbackRequest = "Callback Request";
    private const string Inbound = "Inbound", Outbound = "Outbound", Internal = "Internal";

    private static readonly string[] AbandonedValues = [No, Yes, FollowUp];
    private static readonly string[] Phases = [QueuePhase, "Short Queue", "Ringing", Voicemail, CallbackRequest];
    private static readonly string[] Directions = [Inbound, Outbound, Internal];

    private readonly TaskAttributes _given;
    private readonly List<string> _warnings;

    private SegmentAttributes(TaskAttributes given, List<string> warnings) => (_given, _warnings) = (given, warnings);

    /// <summary>The values by name.</summary>
    public SortedDictionary<string, string> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Works out the values of a segment.</summary>
    /// <param name="source">The event whose attributes count.</param>
    /// <param name="defaults">What TaskRouter says.</param>
    /// <param name="warnings">Takes the codes of what was not usable.</param>
    public static SortedDictionary<string, string> Of(TaskRouterEvent source, SegmentDefaults defaults, List<string> warnings)
    {
        var attributes = new SegmentAttributes(source.Attributes, warnings);
        var direction = attributes.Allowed("direction", Directions) ?? DirectionOf(source.Attributes["direction"]);
        attributes.Add("direction", direction);
        attributes.AddGivenOr("channel", ChannelOf(defaults.TaskChannel));
        attributes.AddGivenOr("queue", defaults.Queue);
        attributes.AddGivenOr("workflow", defaults.Workflow);
        attributes.AddGivenOr("activity", defaults.Activity);
        attributes.AddGivenOr("external_contact", source.Attributes[direction == Outbound ? "from" : "to"]);
        attributes.AddGivenOr("outcome", source.Attributes["reason"] ?? defaults.StatedReason);
        attributes.AddAbandoned(direction, defaults.Abandoned);
        return attributes.Values;
    }

    /// <summary>The first 128 code points of a text; a surrogate pair is never cut.</summary>
    /// <param name="text">Any text.</param>
    public static string Cut(string text)
    {
        if (text.Length <= LongestText)
            return text;
        var end = 0;
        for (var points = 0; points < LongestText && end < text.Length; points++)
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        return text[..end];
    }

    private static string? ChannelOf(string? taskChannel) => taskChannel switch
    {
        "voice" => "Call",
        "chat" => "Chat",
        _ => taskChannel,
    };

    private static string DirectionOf(string? given) => given switch
    {
        "internal" => Internal,
        not null when given.StartsWith("outbound", StringComparison.Ordinal) => Outbound,
        _ => Inbound,
    };

    private void AddAbandoned(string direction, bool byDefault)
    {
        var phase = Allowed("abandoned_phase", Phases);
        var abandoned = Allowed("abandoned", AbandonedValues) ?? (byDefault ? Yes : No);
        if (direction == Outbound)
        {
            if (abandoned == FollowUp)
            {
                _warnings.Add("value_not_allowed:abandoned");
                abandoned = Yes;
            }

            if (phase == Voicemail)
                abandoned = No;
        }
        else if (phase == CallbackRequest)
        {
            abandoned = FollowUp;
        }

        Add("abandoned", abandoned);
        if (abandoned != No)
            Add("abandoned_phase", phase ?? QueuePhase);
    }

    private string? Allowed(string name, string[] values)
    {
        if (_given.Conversation(name) is not { } given)
            return null;
        var value = Array.Find(values, value => value.Equals(given, StringComparison.OrdinalIgnoreCase));
        if (value is null)
            _warnings.Add($"value_not_allowed:{name}");
        return value;
    }

    private void AddGivenOr(string name, string? byDefault) => Add(name, _given.Conversation(name) ?? byDefault);

    private void Add(string name, string? value)
    {
        if (value is null)
            return;
        var cut = Cut(value);
        if (cut.Length < value.Length)
            _warnings.Add($"value_truncated:{name}");
        Values[name] = cut;
    }
}

/// <summary>What TaskRouter says about a segment, for values that the attributes do not give.</summary>
/// <param name="TaskChannel">Unique name of the task channel.</param>
/// <param name="Queue">Name of the queue.</param>
/// <param name="Workflow">Name of the workflow.</param>
/// <param name="Activity">Activity of the worker; null without agent.</param>
/// <param name="StatedReason">Reason stated at the end of the task, if the segment is its last.</param>
/// <param name="Abandoned">Whether the customer gave up here.</param>
internal sealed record SegmentDefaults(string? TaskChannel, string? Queue, string? Workflow, string? Activity, string? StatedReason, bool Abandoned);
