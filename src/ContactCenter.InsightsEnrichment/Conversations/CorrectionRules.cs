using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Which values of a segment may be set by hand, and to what (INS-24).</summary>
internal static class CorrectionRules
{
    private static readonly FieldTable Fields = AttributeFields.Conversations;

    // The times of a segment, of which the measured ones are what happened, and the name of its conversation.
    private static readonly string[] Fixed = ["queue_time", "ring_time", "talk_time", "wrap_up_time", "abandon_time", "activity_time", "conversation_id"];

    /// <summary>Checks the values of a correction.</summary>
    /// <param name="attributes">Texts by name.</param>
    /// <param name="labels">Labels by name.</param>
    /// <param name="measures">Numbers by name.</param>
    /// <returns>The values as they are stored.</returns>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>FIELD_REQUIRED</c>, <c>FIELD_NOT_CORRECTABLE</c> or <c>FIELD_INVALID</c>.</exception>
    public static SortedDictionary<string, string> Read(MapField<string, string> attributes, MapField<string, string> labels, MapField<string, double> measures)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in attributes)
            values[name] = Text(name, value, $"attributes.{name}", isLabel: false);
        foreach (var (name, value) in labels)
            values[name] = Text(name, value, $"labels.{name}", isLabel: true);
        foreach (var (name, value) in measures)
        {
            var path = $"measures.{name}";
            if (RuleOf(name, path) != FieldRule.Measure)
                throw NotCorrectable(path);
            values[name] = double.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture) : throw Invalid(path, "must be a finite number");
        }

        return values.Count > 0 ? values : throw RpcErrors.InvalidArgument(InsightsErrors.Domain, InsightsErrors.FieldRequired, "attributes", "attributes, labels or measures are required");
    }

    /// <summary>Checks the link of a recording.</summary>
    /// <param name="link">As given, not empty.</param>
    /// <param name="path">Where the request has it.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>FIELD_INVALID</c>.</exception>
    public static string Link(string link, string path) =>
        link.Length <= SegmentAttributes.LongestLink && Uri.TryCreate(link, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? link
            : throw Invalid(path, $"must be an http or https address of at most {SegmentAttributes.LongestLink} characters");

    private static string Text(string name, string value, string path, bool isLabel)
    {
        var rule = RuleOf(name, path);
        if (rule == FieldRule.Measure || (rule == FieldRule.Label) != isLabel)
            throw NotCorrectable(path);
        if (value.Length == 0)
            throw Invalid(path, "must not be empty");
        return rule switch
        {
            FieldRule.Choice => Array.Find(FieldRules.ChoicesOf(Fields.Find(name)), choice => choice.Equals(value, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(path, $"must be one of {string.Join(", ", FieldRules.ChoicesOf(Fields.Find(name)))}"),
            FieldRule.Link when name == SegmentRecording.Link => Link(value, path),
            FieldRule.Link => value.Length <= SegmentAttributes.LongestLink ? value : throw Invalid(path, $"must have at most {SegmentAttributes.LongestLink} characters"),
            FieldRule.Date => EventTime.Read(value) is { } time && EventTime.IsAccepted(time) ? value : throw Invalid(path, "must be a date of 1901 to 2049"),
            _ => SegmentAttributes.Cut(value).Length == value.Length ? value : throw Invalid(path, $"must have at most {SegmentAttributes.LongestText} characters"),
        };
    }

    /// <summary>The rule of a field that can be corrected; what belongs to a team or department does so by its id.</summary>
    private static FieldRule RuleOf(string name, string path) =>
        Fields.Find(name) is >= 0 and var field && FieldRules.Of(field) is var rule and not (FieldRule.Refused or FieldRule.Group) && !Fixed.Contains(name)
            ? rule
            : throw NotCorrectable(path);

    private static RpcException NotCorrectable(string path) => RpcErrors.InvalidArgument(
        InsightsErrors.Domain, InsightsErrors.FieldNotCorrectable, path, "is no attribute, label or measure of a segment that can be corrected: kind, times and ids cannot");

    private static RpcException Invalid(string path, string description) =>
        RpcErrors.InvalidArgument(InsightsErrors.Domain, SharedErrors.FieldInvalid, path, description);
}
