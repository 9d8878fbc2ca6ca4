using System.Globalization;
using System.Text;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// The values of a segment: the defaults that TaskRouter gives, each replaced by the value that sessions, the enrichment
/// stored for the task, the task's attributes and corrections give, the last of which wins (INS-38, INS-39), checked and
/// cut to length (INS-42 to INS-54, INS-75, INS-76).
/// </summary>
internal readonly partial struct SegmentAttributes
{
    /// <summary>Longest text that is shown, in Unicode code points.</summary>
    public const int LongestText = 128;

    /// <summary>Longest link that is kept, in Unicode code points.</summary>
    public const int LongestLink = 2048;

    private const string UnknownAttribute = "unknown_attribute";

    private static readonly FieldTable Fields = AttributeFields.Conversations;
    private static readonly int Abandoned = Fields.Find("abandoned"), AbandonedPhase = Fields.Find("abandoned_phase"), Direction = Fields.Find("direction");

    private readonly TaskRouterEvent _source;
    private readonly SegmentWarnings _warnings;
    private readonly FieldValues _given;
    private readonly FieldValues.Builder _texts;
    private readonly FieldValues.Builder _labels;
    private readonly SortedList<string, double> _measures;

    private SegmentAttributes(TaskRouterEvent source, SegmentLayers layers, SegmentWarnings warnings)
    {
        (_source, _warnings) = (source, warnings);
        _given = source.Attributes.Conversations;
        _texts = _given.Change();
        _labels = _given.Change();
        var measures = 0;
        foreach (var value in _given.All)
            measures += FieldRules.Of(value.Field) == FieldRule.Measure ? 1 : 0;
        _measures = new(measures, StringComparer.Ordinal);
        foreach (var layer in layers.Below)
            Take(layer);
        Take(_given);
        foreach (var correction in layers.Corrections)
            Take(FieldValues.None(Fields).With(correction.Values));
    }

    /// <summary>Works out the values of a segment.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="source">The event whose attributes count.</param>
    /// <param name="defaults">What TaskRouter says.</param>
    /// <param name="layers">What else gives values.</param>
    /// <param name="warnings">Takes what was not usable.</param>
    public static SegmentFields Of(string segmentId, TaskRouterEvent source, SegmentDefaults defaults, SegmentLayers layers, SegmentWarnings warnings)
    {
        var values = new SegmentAttributes(source, layers, warnings);
        var direction = values._texts.Text(Direction) ?? FieldRules.DirectionOf(source.Attributes["direction"]);
        values.Default("direction", direction);
        values.Default("channel", ChannelOf(defaults.TaskChannel));
        values.Default("queue", defaults.QueueName);
        values.Default("workflow", defaults.Workflow);
        values.Default("activity", defaults.Activity);
        values.DefaultOfRoot("external_contact", direction == FieldRules.Outbound ? "from" : "to");
        values.DefaultOfRoot("outcome", "reason");
        values.Default("outcome", defaults.StatedReason);
        values.SetAbandoned(direction, defaults);
        values.SetLabels(segmentId);
        values.SetTeam(defaults, layers);
        values.SetDepartment(defaults.Worker, layers);
        foreach (var name in source.Attributes.UnknownConversations)
            warnings.Add(source, UnknownAttribute, name);
        foreach (var name in source.Attributes.UnknownCustomers)
            warnings.Add(source, UnknownAttribute, name);
        if (defaults.ReportForeign)
        {
            foreach (var name in FieldReader.ForeignNames(source.Attributes.Root).Concat(FieldReader.ForeignNames(defaults.Worker.Values)))
                warnings.Add(source, UnknownAttribute, name);
        }

        return new(values._texts.Build(), values._labels.Build(), values._measures);
    }

    /// <summary>The first code points of a text; a surrogate pair is never cut.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="longest">How many.</param>
    public static string Cut(string text, int longest = LongestText)
    {
        if (text.Length <= longest)
            return text;
        var end = 0;
        for (var points = 0; points < longest && end < text.Length; points++)
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        return text[..end];
    }

    /// <summary>Whether a link, or every text of a JSON with links, is short enough to be kept (INS-43).</summary>
    /// <param name="values">Where the value is.</param>
    /// <param name="value">The value.</param>
    public static bool FitsLink(FieldValues values, FieldValue value)
    {
        if (value.Kind != FieldValueKind.Json)
            return value.Text is null && value.Length <= LongestLink || Fits(values.Text(value));
        var reader = new Utf8JsonReader(value.Text is { } json ? Encoding.UTF8.GetBytes(json) : values.Utf8(value));
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && !Fits(FieldReader.Text(ref reader)))
                return false;
        }

        return true;

        static bool Fits(string text) => Cut(text, LongestLink).Length == text.Length;
    }

    private static string? ChannelOf(string? taskChannel) => taskChannel switch
    {
        "voice" => "Call",
        "chat" => "Chat",
        _ => taskChannel,
    };

    private void Take(FieldValues given)
    {
        foreach (var value in given.All)
            Take(given, value);
    }

    private void Take(FieldValues given, FieldValue value)
    {
        var rule = FieldRules.Of(value.Field);
        if (value.Kind == FieldValueKind.NotScalar)
        {
            Warn("attribute_not_scalar", value.Field);
            return;
        }

        switch (rule)
        {
            case FieldRule.Text:
                SetCut(_texts, value.Field, given, value);
                break;
            case FieldRule.Label:
                SetCut(_labels, value.Field, given, value);
                break;
            case FieldRule.Measure when Number(given, value) is { } number:
                _measures[Fields.Name(value.Field)] = number;
                break;
            case FieldRule.Measure:
                Warn("measure_not_numeric", value.Field, given.Text(value));
                break;
            case FieldRule.Choice when Choice(given, value) is { } choice:
                _texts.Set(value.Field, choice);
                break;
            case FieldRule.Choice:
                Warn("value_not_allowed", value.Field, given.Text(value));
                break;
            case FieldRule.Link when FitsLink(given, value):
                _texts.Set(value);
                break;
            case FieldRule.Link:
                Warn("link_too_long", value.Field);
                break;
            case FieldRule.Date when EventTime.Read(given.Text(value)) is { } time && EventTime.IsAccepted(time):
                _texts.Set(value);
                break;
            case FieldRule.Date:
                Warn("date_out_of_range", value.Field, given.Text(value));
                break;
            case FieldRule.Refused:
                Warn("kind_not_settable", value.Field, given.Text(value));
                break;
        }
    }

    private static double? Number(FieldValues given, FieldValue value)
    {
        var read = value.Text is { } text
            ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            : double.TryParse(given.Utf8(value), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        return read && double.IsFinite(number) ? number : null;
    }

    private static string? Choice(FieldValues given, FieldValue value)
    {
        foreach (var choice in FieldRules.ChoicesOf(value.Field))
        {
            if (value.Text is { } text ? choice.Equals(text, StringComparison.OrdinalIgnoreCase) : Ascii.EqualsIgnoreCase(given.Utf8(value), choice))
                return choice;
        }

        return null;
    }

    private void SetAbandoned(string direction, SegmentDefaults defaults)
    {
        var phase = _texts.Text(AbandonedPhase);
        var abandoned = _texts.Text(Abandoned) ?? (defaults.Abandoned ? FieldRules.Yes : FieldRules.No);
        if (direction == FieldRules.Outbound)
        {
            if (abandoned == FieldRules.FollowUp)
            {
                Warn("value_not_allowed", Abandoned, abandoned);
                abandoned = FieldRules.Yes;
            }

            if (phase == FieldRules.Voicemail)
                abandoned = FieldRules.No;
        }
        else if (phase == FieldRules.CallbackRequest)
        {
            abandoned = FieldRules.FollowUp;
        }

        _texts.Set(Abandoned, abandoned);
        _texts.Set(AbandonedPhase, abandoned == FieldRules.No ? null : phase ?? (defaults.ShortWait ? FieldRules.ShortQueue : FieldRules.QueuePhase));
    }

    /// <summary>Sets a value that the attributes did not give.</summary>
    private void Default(string name, string? value)
    {
        var field = Fields.Find(name);
        if (value is not null && !_texts.Has(field))
            SetCut(_texts, field, _given, new() { Kind = FieldValueKind.Text, Field = (byte)field, Text = value });
    }

    /// <summary>Sets a value that the attributes give only at their root.</summary>
    private void DefaultOfRoot(string name, string root)
    {
        if (!_texts.Has(Fields.Find(name)))
            Default(name, _source.Attributes[root]);
    }

    private void SetCut(FieldValues.Builder target, int field, FieldValues given, FieldValue value)
    {
        if (value.Text is { } text)
        {
            var cut = Cut(text);
            if (cut.Length < text.Length)
                WarnTruncated(field, text, text.EnumerateRunes().Count());
            target.Set(field, cut);
            return;
        }

        if (value.Length > LongestText && CutLength(given.Utf8(value), out var points) is { } length)
        {
            WarnTruncated(field, given.Text(value), points);
            value = value with { Length = length };
        }

        target.Set(value);
    }

    /// <summary>Bytes of the first code points of a text that has more; null if it has not.</summary>
    private static ushort? CutLength(ReadOnlySpan<byte> text, out int points)
    {
        points = 0;
        ushort? length = null;
        for (var index = 0; index < text.Length; index++)
        {
            // The first byte of a code point.
            if ((text[index] & 0xC0) != 0x80 && points++ == LongestText)
                length = (ushort)index;
        }

        return length;
    }

    private void WarnTruncated(int field, string value, int points) =>
        _warnings.Add(_source, "value_truncated", Fields.Name(field), value, $"{points} characters");

    private void Warn(string code, int field, string? value = null) => _warnings.Add(_source, code, Fields.Name(field), value);
}
