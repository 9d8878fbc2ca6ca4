using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>What is done with a value of the object <c>conversations</c>, by field.</summary>
internal static class FieldRules
{
    /// <summary>Number of custom attributes, labels and measures each (INS-40).</summary>
    public const int CustomFields = 10;

    public const string Yes = "Yes", No = "No", FollowUp = "Follow-Up";
    public const string QueuePhase = "Queue", ShortQueue = "Short Queue", Voicemail = "Voicemail", CallbackRequest = "Callback Request";
    public const string Inbound = "Inbound", Outbound = "Outbound", Internal = "Internal";

    private const string Attribute = "conversation_attribute_", Label = "conversation_label_";

    private static readonly FieldTable Fields = AttributeFields.Conversations;
    private static readonly string[]?[] Choices = new string[Fields.Count][];
    private static readonly FieldRule[] Rules = [.. Enumerable.Range(0, Fields.Count).Select(field => RuleOf(Fields.Name(field), Fields.Form(field)))];

    static FieldRules()
    {
        Choices[Fields.Find("abandoned")] = [No, Yes, FollowUp];
        Choices[Fields.Find("abandoned_phase")] = [QueuePhase, ShortQueue, "Ringing", Voicemail, CallbackRequest];
        Choices[Fields.Find("direction")] = [Inbound, Outbound, Internal];
        Choices[Fields.Find("virtual")] = Choices[Fields.Find("in_business_hours")] = [Yes, No];
    }

    /// <summary>The custom attributes with their labels, by number of the field.</summary>
    public static IReadOnlyList<(int Attribute, int Label)> Custom { get; } =
        [.. Enumerable.Range(1, CustomFields).Select(number => (Fields.Find($"{Attribute}{number}"), Fields.Find($"{Label}{number}")))];

    /// <summary>The direction that attributes state, without warnings: the custom value if it is an allowed one, else what TaskRouter says.</summary>
    /// <param name="attributes">Attributes of a task.</param>
    public static string DirectionOf(TaskAttributes attributes) =>
        Array.Find(ChoicesOf(Fields.Find("direction")), direction => direction.Equals(attributes.Conversation("direction"), StringComparison.OrdinalIgnoreCase))
        ?? DirectionOf(attributes["direction"]);

    /// <summary>The direction by a task's own attribute.</summary>
    /// <param name="given">The attribute; null if it is not given.</param>
    public static string DirectionOf(string? given) => given switch
    {
        "internal" => Internal,
        not null when given.StartsWith("outbound", StringComparison.Ordinal) => Outbound,
        _ => Inbound,
    };

    /// <summary>What is done with a field.</summary>
    /// <param name="field">Its number.</param>
    public static FieldRule Of(int field) => Rules[field];

    /// <summary>The allowed values of a field of the rule <see cref="FieldRule.Choice"/>, in the spelling that is stored (INS-52).</summary>
    /// <param name="field">Its number.</param>
    public static string[] ChoicesOf(int field) => Choices[field]!;

    private static FieldRule RuleOf(string name, FieldForm form) => name switch
    {
        _ when form == FieldForm.Number => FieldRule.Measure,
        _ when name.StartsWith(Label, StringComparison.Ordinal) => FieldRule.Label,
        "external_id_label" => FieldRule.Label,
        "abandoned" or "abandoned_phase" or "direction" or "virtual" or "in_business_hours" => FieldRule.Choice,
        "segment_link" or "media" => FieldRule.Link,
        "date" => FieldRule.Date,
        "kind" => FieldRule.Refused,
        _ when name.StartsWith("handling_", StringComparison.Ordinal) => FieldRule.Group,
        _ => FieldRule.Text,
    };
}

/// <summary>What is done with a value.</summary>
internal enum FieldRule
{
    /// <summary>Shown, cut to length.</summary>
    Text,

    /// <summary>Converted to a number.</summary>
    Measure,

    /// <summary>Shown beside its attribute.</summary>
    Label,

    /// <summary>One of some values.</summary>
    Choice,

    /// <summary>A link, kept whole or not at all.</summary>
    Link,

    /// <summary>A date, kept if it is in range.</summary>
    Date,

    /// <summary>Part of a team or department, which needs its id.</summary>
    Group,

    /// <summary>Never taken.</summary>
    Refused,
}
