using ContactCenter.InsightsEnrichment.Configuration;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>
/// What every received event passes before it is stored: in HIPAA mode, and for tasks that ask for it, only what may be
/// known is left of the task attributes (INS-108, INS-110), and redaction rules apply always (INS-111). The SHA-256 stays
/// that of the original.
/// </summary>
public sealed class EntryFilter
{
    private readonly bool _hipaa;
    private readonly DerivedSetting<RedactionOptions, Redaction> _redaction;
    private readonly Quarantine _quarantine;

    /// <summary>Takes the rules from the settings.</summary>
    /// <param name="hipaa">Whether the mode is on.</param>
    /// <param name="redaction">The redaction rules.</param>
    /// <param name="ids">Makes hashes that cannot be guessed.</param>
    /// <param name="quarantine">Seals what cannot be filtered.</param>
    public EntryFilter(IOptions<HipaaOptions> hipaa, IOptionsMonitor<RedactionOptions> redaction, CustomerIds ids, Quarantine quarantine)
    {
        _hipaa = hipaa.Value.Enabled;
        _redaction = new(redaction, options =>
        {
            var rules = options.Rules.DistinctBy(rule => rule.Field, StringComparer.Ordinal).ToDictionary(rule => rule.Field, StringComparer.Ordinal);
            return new(rules.Count > 0, new(rules, ids.HashOf));
        });
        _quarantine = quarantine;
    }

    /// <summary>Filters an event.</summary>
    /// <param name="raw">As received.</param>
    /// <returns>As it is to be stored.</returns>
    public RawEvent Apply(RawEvent raw)
    {
        if (raw.Source == RawEventSource.Session)
            return _hipaa ? OfSession(raw) : raw;
        var (redacts, filter) = _redaction.Value;
        if (!_hipaa && !redacts && !MayAskForFilter(raw.Body))
            return raw;
        var hipaa = _hipaa;
        var rewritten = false;
        var readable = true;
        var applied = new List<RedactionRule>();
        var body = BodyFilter.Rewrite(raw.Form, raw.Body, attributes =>
        {
            hipaa |= AttributeFilter.AsksForFilter(attributes.Span);
            if (attributes.IsEmpty || !(hipaa || redacts))
                return attributes.ToArray();
            rewritten = true;
            var text = filter.Rewrite(attributes.Span, hipaa, applied);
            readable &= text is not null;
            // Outside HIPAA mode an unreadable text is kept: no rule can say what in it is personal.
            return text ?? (hipaa ? null : attributes.ToArray());
        });

        // What is no event of TaskRouter has no attributes that could be filtered.
        var foreign = raw.EventType.Length == 0 || raw.EventType.StartsWith("com.", StringComparison.Ordinal);
        if (hipaa && (body is null || foreign || !readable))
            return raw with { Body = foreign ? [] : body ?? [], Quarantined = _quarantine.Seal(raw.RawEventId, raw.Body), Redacted = applied };
        return rewritten && body is not null ? raw with { Body = body, Redacted = applied } : raw;
    }

    /// <summary>Filters the text of task attributes as those of an event.</summary>
    /// <param name="attributes">The text.</param>
    /// <returns>What would be stored; the text itself if it is no JSON object.</returns>
    public ReadOnlyMemory<byte> OfAttributes(ReadOnlyMemory<byte> attributes) =>
        attributes.IsEmpty ? attributes : _redaction.Value.Filter.Rewrite(attributes.Span, _hipaa || AttributeFilter.AsksForFilter(attributes.Span), []) ?? attributes;

    private RawEvent OfSession(RawEvent raw) => raw.EventType.Length > 0 && SessionPersonalData.Remove(raw.Body) is { } body
        ? raw with { Body = body }
        : raw with { Body = [], Quarantined = _quarantine.Seal(raw.RawEventId, raw.Body) };

    // The flag by its name, or something by which a name can be spelled otherwise; most bodies have neither and need not be read.
    private static bool MayAskForFilter(ReadOnlySpan<byte> body) =>
        body.IndexOf("hipaa"u8) >= 0 || body.IndexOf("\\u"u8) >= 0 || body.IndexOf("%5Cu"u8) >= 0 || body.IndexOf("%5cu"u8) >= 0;

    private sealed record Redaction(bool HasRules, AttributeFilter Filter);
}
