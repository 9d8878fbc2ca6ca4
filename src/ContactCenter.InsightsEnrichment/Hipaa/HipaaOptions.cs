using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>Settings under <c>Hipaa</c>.</summary>
public sealed class HipaaOptions
{
    /// <summary>Whether task attributes that may hold personal data are removed before anything is stored, and customers are not linked (INS-108, INS-109). Default off.</summary>
    public bool Enabled { get; set; }
}

/// <summary>Settings under <c>Redaction</c>: what is made unreadable on entry, in HIPAA mode or not (INS-111).</summary>
public sealed class RedactionOptions : IValidatableObject
{
    /// <summary>The rules; of several for one field the first counts. Default none.</summary>
    public IList<RedactionRule> Rules { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var rule in Rules)
        {
            if (!rule.NamesField)
                yield return new($"Redaction:Rules: '{rule.Field}' is no field; write a name at the root of task attributes, conversations.NAME or customers.NAME.");
            if (!Enum.IsDefined(rule.Action))
                yield return new($"Redaction:Rules: the action of '{rule.Field}' must be Mask, Hash or Drop.");
        }
    }
}

/// <summary>One redaction rule.</summary>
public sealed record RedactionRule
{
    /// <summary>A task attribute: its name at the root, or <c>conversations.NAME</c> or <c>customers.NAME</c>. Case counts.</summary>
    public string Field { get; set; } = "";

    /// <summary>What is done with its value.</summary>
    public RedactionAction Action { get; set; }

    /// <summary>Whether <see cref="Field"/> can be the name of one.</summary>
    internal bool NamesField => Field?.Split('.') is [{ Length: > 0 }] or ["conversations" or "customers", { Length: > 0 }];
}

/// <summary>What a redaction rule does with a value.</summary>
public enum RedactionAction
{
    /// <summary>Replaces it by <c>***</c>, which names no customer.</summary>
    Mask = 1,

    /// <summary>Replaces it by <c>hash_</c> and 26 characters that are equal for equal values, so that they still can be grouped and linked by.</summary>
    Hash = 2,

    /// <summary>Removes it.</summary>
    Drop = 3,
}
