using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.Loads;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>The configuration that moves between deployments (INS-140); <c>configuration_service.proto</c> shows its JSON. What is null is as the settings say.</summary>
internal sealed record ConfigurationDocument
{
    private const int DeepestJson = 8;

    private static readonly JsonSerializerOptions Lenient = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Strict = new(Lenient)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = DeepestJson,
    };

    /// <summary>What is made unreadable on entry (INS-111).</summary>
    public RedactionPart? Redaction { get; init; }

    /// <summary>Which values link conversations to customers (INS-85, INS-87).</summary>
    public LinkPart? Links { get; init; }

    /// <summary>Which names are shown (INS-51).</summary>
    public NamingPart? Naming { get; init; }

    /// <summary>What activities mean (INS-107).</summary>
    public ActivityPart? Activities { get; init; }

    /// <summary>When data sets are refreshed (INS-101).</summary>
    public LoadPart? Load { get; init; }

    /// <summary>Reads a document that somebody wrote.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="document">What it says.</param>
    /// <returns>Path and fault of the first key that is not as it should be, the path empty for the whole; null if all are.</returns>
    public static (string Path, string Fault)? TryRead(string text, out ConfigurationDocument document)
    {
        document = new();
        try
        {
            if (JsonSerializer.Deserialize<ConfigurationDocument>(text, Strict) is not { } read)
                return ("", "must be a JSON object");
            document = read;
        }
        catch (JsonException exception)
        {
            return (exception.Path is ['$', '.', .. var path] ? path : "", "is not known, is given twice or has not the form that it must have");
        }

        return document.Faults().Cast<(string, string)?>().FirstOrDefault();
    }

    /// <summary>Reads a document that was stored; what a later release knows in it is left out.</summary>
    /// <param name="json">As stored.</param>
    public static ConfigurationDocument Read(string json) => JsonSerializer.Deserialize<ConfigurationDocument>(json, Lenient)!;

    /// <summary>What the settings of the deployment say, in full.</summary>
    /// <param name="settings">The settings.</param>
    public static ConfigurationDocument Of(IConfiguration settings)
    {
        var redaction = settings.GetSection("Redaction").Get<RedactionOptions>() ?? new();
        var customers = settings.GetSection("Customers").Get<CustomerOptions>() ?? new();
        var activities = settings.GetSection("Activities").Get<ActivityOptions>() ?? new();
        return new()
        {
            Redaction = new() { Rules = [.. redaction.Rules] },
            Links = new() { DefaultCallingCode = customers.DefaultCallingCode, AnonymousValues = customers.AnonymousValues.Count > 0 ? [.. customers.AnonymousValues] : [.. WithheldNumbers.All] },
            Naming = new() { KeepHistoricNames = settings.GetValue("Naming:KeepHistoricNames", new EnrichmentOptions().Naming.KeepHistoricNames) },
            Activities = new() { Available = activities.AvailableNames, Offline = activities.OfflineNames },
            Load = new() { IntervalMinutes = (settings.GetSection("Load").Get<LoadOptions>() ?? new()).IntervalMinutes },
        };
    }

    /// <summary>The document as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Lenient);

    /// <summary>This, and what it leaves out as in another.</summary>
    /// <param name="settings">The other, in full.</param>
    public ConfigurationDocument Over(ConfigurationDocument settings)
    {
        var (above, all) = (Node(this), Node(settings));
        foreach (var (part, values) in above)
        {
            foreach (var (key, value) in values!.AsObject())
                all[part]![key] = value!.DeepClone();
        }

        return all.Deserialize<ConfigurationDocument>(Lenient)!;
    }

    /// <summary>The keys that have another value in another document, with the JSON of both; both in full.</summary>
    /// <param name="after">The other.</param>
    public IEnumerable<(string Path, string Before, string After)> DifferencesTo(ConfigurationDocument after)
    {
        var (left, right) = (Node(this), Node(after));
        return from part in left
               from key in part.Value!.AsObject()
               let other = right[part.Key]![key.Key]
               where !JsonNode.DeepEquals(key.Value, other)
               select ($"{part.Key}.{key.Key}", key.Value!.ToJsonString(Lenient), other!.ToJsonString(Lenient));
    }

    private static JsonObject Node(ConfigurationDocument document) => JsonSerializer.SerializeToNode(document, Lenient)!.AsObject();

    private IEnumerable<(string Path, string Fault)> Faults()
    {
        foreach (var (place, rule) in (Redaction?.Rules ?? []).Index())
        {
            if (rule is null || !rule.NamesField)
                yield return ($"redaction.rules[{place}].field", "must be a name at the root of task attributes, conversations.NAME or customers.NAME");
            else if (!Enum.IsDefined(rule.Action))
                yield return ($"redaction.rules[{place}].action", "must be mask, hash or drop");
        }

        if (Links?.DefaultCallingCode is { } code && !Validator.TryValidateProperty(code, new(new CustomerOptions()) { MemberName = nameof(CustomerOptions.DefaultCallingCode) }, null))
            yield return ("links.default_calling_code", "must be 1 to 3 digits and not begin with 0");
        foreach (var (path, values) in (IEnumerable<(string, IReadOnlyList<string>?)>)
            [("links.anonymous_values", Links?.AnonymousValues), ("activities.available", Activities?.Available), ("activities.offline", Activities?.Offline)])
        {
            if (values?.Count == 0)
                yield return (path, "must have a value; leave the key out for what the settings say");
            foreach (var (place, value) in (values ?? []).Index())
            {
                if (string.IsNullOrWhiteSpace(value))
                    yield return ($"{path}[{place}]", "must not be empty");
            }
        }

        if (Load?.IntervalMinutes is { } minutes && !Validator.TryValidateProperty(minutes, new(new LoadOptions()) { MemberName = nameof(LoadOptions.IntervalMinutes) }, null))
            yield return ("load.interval_minutes", "must be 60, 30 or 15");
    }

    /// <summary>Redaction.</summary>
    public sealed record RedactionPart
    {
        /// <summary>See <see cref="RedactionOptions.Rules"/>.</summary>
        public IReadOnlyList<RedactionRule>? Rules { get; init; }
    }

    /// <summary>Links to customers.</summary>
    public sealed record LinkPart
    {
        /// <summary>See <see cref="CustomerOptions.DefaultCallingCode"/>.</summary>
        public string? DefaultCallingCode { get; init; }

        /// <summary>See <see cref="CustomerOptions.AnonymousValues"/>.</summary>
        public IReadOnlyList<string>? AnonymousValues { get; init; }
    }

    /// <summary>Names.</summary>
    public sealed record NamingPart
    {
        /// <summary>See <see cref="EnrichmentOptions.NamingOptions.KeepHistoricNames"/>.</summary>
        public bool? KeepHistoricNames { get; init; }
    }

    /// <summary>Activities.</summary>
    public sealed record ActivityPart
    {
        /// <summary>See <see cref="ActivityOptions.Available"/>.</summary>
        public IReadOnlyList<string>? Available { get; init; }

        /// <summary>See <see cref="ActivityOptions.Offline"/>.</summary>
        public IReadOnlyList<string>? Offline { get; init; }
    }

    /// <summary>Loads.</summary>
    public sealed record LoadPart
    {
        /// <summary>See <see cref="LoadOptions.IntervalMinutes"/>.</summary>
        public int? IntervalMinutes { get; init; }
    }
}
