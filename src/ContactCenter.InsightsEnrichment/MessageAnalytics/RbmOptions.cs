using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Settings under <c>Rbm</c>. Without agents and partner tokens the webhook is off and answers 503.</summary>
public sealed class RbmOptions : IValidatableObject
{
    private const int MostTokens = 2;

    /// <summary>The agents whose notifications are taken.</summary>
    public IList<RbmAgentOptions> Agents { get; set; } = [];

    /// <summary>Client tokens of the partner webhook: with one, agents that are not listed are taken too. Two while a token changes.</summary>
    public IList<string> PartnerClientTokens { get; set; } = [];

    /// <summary>Answer to a notification that is not genuine: 200 (default), so that the platform does not repeat it for a week, or 401 (MSG-5).</summary>
    public int RejectStatus { get; set; } = StatusCodes.Status200OK;

    /// <summary>Days on which receipts count, that of the send included: 1 to 90, default 8 (MSG-18).</summary>
    [Range(1, 90, ErrorMessage = "Rbm:BackfillDays must be 1 to 90.")]
    public int BackfillDays { get; set; } = 8;

    /// <summary>Time of day of the refresh, UTC; default 06:00 (MSG-26).</summary>
    public TimeOnly RefreshTimeUtc { get; set; } = new(6, 0);

    /// <summary>How long after a message a tap belongs to it, default 30 days (MSG-34).</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00", ErrorMessage = "Rbm:TapWindow must be a minute to 366 days.")]
    public TimeSpan TapWindow { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long receipts wait for their send to be recorded, default 30 days (MSG-24).</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00", ErrorMessage = "Rbm:UnmatchedWindow must be a minute to 366 days.")]
    public TimeSpan UnmatchedWindow { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether a READ without DELIVERED counts as delivered at that time; default false (MSG-22).</summary>
    public bool ReadImpliesDelivered { get; set; }

    /// <summary>How phone numbers are stored; default <see cref="PhoneStorage.Hashed"/> (MSG-44).</summary>
    [EnumDataType(typeof(PhoneStorage), ErrorMessage = "Rbm:PhoneStorage must be Plain, Hashed or Masked.")]
    public PhoneStorage PhoneStorage { get; set; } = PhoneStorage.Hashed;

    /// <summary>Whether phone numbers and texts of users are published as received; default true. Never in HIPAA mode.</summary>
    public bool PublishContent { get; set; } = true;

    /// <summary>Most entries of the quarantine, default 10,000: the oldest go first (MSG-5).</summary>
    [Range(1, 1_000_000, ErrorMessage = "Rbm:QuarantineMax must be 1 to 1,000,000.")]
    public int QuarantineMax { get; set; } = 10_000;

    /// <summary>Days that entries of the quarantine are kept, default 7 (MSG-5).</summary>
    [Range(1, 366, ErrorMessage = "Rbm:QuarantineDays must be 1 to 366.")]
    public int QuarantineDays { get; set; } = 7;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RejectStatus is not (StatusCodes.Status200OK or StatusCodes.Status401Unauthorized))
            yield return new("Rbm:RejectStatus must be 200 or 401.");
        if (PartnerClientTokens.Count > MostTokens)
            yield return new("Rbm:PartnerClientTokens may be one token, or two while it changes.");
        foreach (var agent in Agents)
        {
            if (!Notification.IsAgentId(agent.AgentId))
                yield return new($"Rbm:Agents: '{agent.AgentId}' is no agent id; it has letters, digits and . _ - @ only.");
            if (agent.ClientTokens.Count > MostTokens)
                yield return new($"Rbm:Agents: '{agent.AgentId}' may have one client token, or two while it changes.");
        }

        foreach (var twice in Agents.GroupBy(agent => agent.AgentId, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return new($"Rbm:Agents has '{twice.Key}' twice.");
    }
}

/// <summary>One agent of RCS for Business.</summary>
public sealed record RbmAgentOptions
{
    /// <summary>Its id, such as <c>brand@rbm.goog</c>.</summary>
    public string AgentId { get; set; } = "";

    /// <summary>Name for people; empty for the id.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>Client tokens of the agent's own webhook; two while a token changes.</summary>
    public IList<string> ClientTokens { get; set; } = [];
}

/// <summary>How phone numbers are stored (MSG-44).</summary>
public enum PhoneStorage
{
    /// <summary>As received.</summary>
    Plain = 1,

    /// <summary><c>hash_</c> and 26 characters, equal for equal numbers.</summary>
    Hashed = 2,

    /// <summary>The last two digits alone: messages of one user cannot be joined, so that taps cannot be attributed.</summary>
    Masked = 3,
}
