using System.Globalization;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>What one event says about the customer: the values of the object <c>customers</c>, checked and cut to length (INS-41 to INS-45), and the defaults that TaskRouter gives.</summary>
internal static class CustomerFields
{
    /// <summary>The type of a customer who is one of our own agents (INS-89).</summary>
    public const string Agent = "Agent";

    /// <summary>The fields that are numbers.</summary>
    public static IReadOnlyList<string> Measures { get; } = ["acquisition_cost", "business_value"];

    /// <summary>The custom attributes, each with its label.</summary>
    public static IReadOnlyList<(string Attribute, string Label)> Custom { get; } =
        [.. Enumerable.Range(1, 3).Select(number => ($"customer_attribute_{number}", $"customer_label_{number}"))];

    private static readonly string[] Places = ["country", "zip", "city", "state"];

    /// <summary>Reads the values of an event.</summary>
    /// <param name="source">The event.</param>
    /// <param name="keys">Tells what names nobody.</param>
    /// <param name="warnings">Takes what was not usable.</param>
    public static Dictionary<string, string> Read(TaskRouterEvent source, LinkKeys keys, SegmentWarnings warnings)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var given = source.Attributes;
        foreach (var (name, value) in given.Customers)
        {
            if (UnusableAs(name, value) is { } warning)
                warnings.Add(source, warning, name, value);
            else if (name == "customer_link")
                values[name] = value;
            else
                AddText(name, value);
        }

        foreach (var value in given.Customers.All)
        {
            if (value.Kind == FieldValueKind.NotScalar)
                warnings.Add(source, "attribute_not_scalar", given.Customers.Table.Name(value.Field));
        }

        foreach (var name in given.UnknownCustomers)
            warnings.Add(source, "unknown_attribute", name);
        AddDefaults();
        return values;

        void AddText(string name, string? value)
        {
            if (value is null)
                return;
            values[name] = SegmentAttributes.Cut(value);
            if (values[name].Length < value.Length)
                warnings.Add(source, "value_truncated", name, value, $"{value.EnumerateRunes().Count()} characters");
        }

        void AddDefaults()
        {
            var direction = FieldRules.DirectionOf(given);
            var (first, second) = direction == FieldRules.Outbound ? ("to", "called") : ("from", "caller");
            if (!values.ContainsKey("phone") && (given[first] ?? given[second]) is { } phone && !keys.NamesNobody(phone))
                AddText("phone", phone);
            foreach (var name in Places)
            {
                if (!values.ContainsKey(name))
                    AddText(name, given[$"{first}_{name}"] ?? given[$"{second}_{name}"]);
            }

            if (direction == FieldRules.Internal)
                values["type"] = Agent;
        }
    }

    /// <summary>Fills labels and attributes in for each other: a label without attribute stands in a row of its own (INS-47).</summary>
    /// <param name="customerId">The customer.</param>
    /// <param name="fields">Its values, which are changed.</param>
    public static Dictionary<string, string> Shown(string customerId, Dictionary<string, string> fields)
    {
        foreach (var (attribute, label) in Custom)
        {
            if (fields.TryGetValue(attribute, out var value))
                fields.TryAdd(label, value);
            else if (fields.ContainsKey(label))
                fields[attribute] = customerId;
        }

        return fields;
    }

    /// <summary>The code of the warning that a value is not usable as what its field is; null if it is.</summary>
    private static string? UnusableAs(string field, string value) => field switch
    {
        "customer_link" when value.EnumerateRunes().Count() > SegmentAttributes.LongestLink => "link_too_long",
        "acquisition_date" when !IsDate(value) => "date_out_of_range",
        "year_of_birth" when value.Length != 4 || !IsDate($"{value}-01-01") => "date_out_of_range",
        "geo_location" when !IsPlace(value) => "geo_not_usable",
        "acquisition_cost" or "business_value" when Number(value) is null => "measure_not_numeric",
        _ => null,
    };

    /// <summary>The number of a measure; null if it is none.</summary>
    /// <param name="text">As given.</param>
    public static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static bool IsDate(string text) => EventTime.Read(text) is { } time && EventTime.IsAccepted(time);

    private static bool IsPlace(string text) =>
        text.Split(';') is [var latitude, var longitude] && Number(latitude) is >= -90 and <= 90 && Number(longitude) is >= -180 and <= 180;
}
