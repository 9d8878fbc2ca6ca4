using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Events.Insights;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>A session as it is stored; whoever changes it or its operations has locked its row.</summary>
public sealed class SessionRow
{
    /// <summary>Its name.</summary>
    public required SessionName Name { get; init; }

    /// <summary>The contact centre's account (AC…).</summary>
    public required string AccountSid { get; init; }

    /// <summary>What is known of it.</summary>
    public required SessionSheet Sheet { get; init; }

    /// <summary>Whether accounts and records may be made for it.</summary>
    public bool Triggered { get; set; }

    /// <summary>Its account.</summary>
    public Link Account { get; set; } = Link.Open;

    /// <summary>Its record.</summary>
    public Link Record { get; set; } = Link.Open;

    /// <summary>Whether the record was there before.</summary>
    public bool RecordReused { get; set; }

    /// <summary>Names the end user without telling who it is; the session if nothing is known of them (CRM-84).</summary>
    public string EndUser => EndUserOf(Sheet.Get<SessionEndUserFacts>("EndUser")) ?? Name.ToString();

    /// <summary>Names an end user without telling who it is.</summary>
    /// <param name="user">What is known of them.</param>
    /// <returns>Null if nothing is.</returns>
    public static string? EndUserOf(SessionEndUserFacts? user) => user switch
    {
        { Id: { } id } => FormattableString.Invariant($"user:{id}"),
        { Phone: { Length: > 0 } phone } => Hash("phone", phone),
        { Email: { Length: > 0 } email } => Hash("email", email.ToLowerInvariant()),
        _ => null,
    };

    /// <summary>The session as requests speak of it.</summary>
    public Session ToSession() => Sheet.ToSession(Name, Account.Id, Record.Id);

    private static string Hash(string what, string text) =>
        $"{what}:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))}";
}

/// <summary>Whether an account or a record is known.</summary>
/// <param name="State">Whether.</param>
/// <param name="Id">Its id as the CRM sent it; none unless it is resolved.</param>
public sealed record Link(LinkState State, VariableValue Id)
{
    /// <summary>It is not known yet.</summary>
    public static Link Open { get; } = new(LinkState.Open, VariableValue.None);

    /// <summary>There is none, on purpose (CRM-6).</summary>
    public static Link Waived { get; } = new(LinkState.Waived, VariableValue.None);

    /// <summary>It is known.</summary>
    /// <param name="id">Its id.</param>
    public static Link To(VariableValue id) => new(LinkState.Resolved, id);
}

/// <summary>States of a <see cref="Link"/>.</summary>
public enum LinkState
{
    /// <summary>Not known yet.</summary>
    Open,

    /// <summary>Known.</summary>
    Resolved,

    /// <summary>None, on purpose.</summary>
    Waived,
}
