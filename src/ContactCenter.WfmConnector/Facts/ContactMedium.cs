namespace ContactCenter.WfmConnector.Facts;

/// <summary>Medium of a contact; of an agent with several contacts the one with the greater number shows (WFM-26).</summary>
public enum ContactMedium : short
{
    /// <summary>Any other; not reported (WFM-52).</summary>
    Other = 1,

    /// <summary>Forms and call-back requests.</summary>
    Web = 2,

    /// <summary>Text message.</summary>
    Sms = 3,

    /// <summary>Text from a web page or messenger.</summary>
    Chat = 4,

    /// <summary>Telephone.</summary>
    Voice = 5,
}

/// <summary>How media are found and written.</summary>
public static class ContactMedia
{
    /// <summary>SQL of the medium of a task channel: as mapped, else as its name says (WFM-53).</summary>
    internal const string Sql = "coalesce((SELECT m.medium FROM wfm.medium_mappings m WHERE m.channel = @channel), @medium)";

    /// <summary>The medium that the name of a task channel tells; else that of the session type (WFM-53).</summary>
    /// <param name="channel">Unique name of the channel; null if not known.</param>
    /// <param name="sessionType">Such as <c>Messaging Session (SMS)</c>; null if not known.</param>
    public static ContactMedium Of(string? channel, string? sessionType = null) => channel switch
    {
        "voice" => ContactMedium.Voice,
        "chat" => ContactMedium.Chat,
        "sms" => ContactMedium.Sms,
        "web" => ContactMedium.Web,
        "email" or "fax" => ContactMedium.Other,
        _ when sessionType is null => ContactMedium.Other,
        _ when sessionType.StartsWith("Voice", StringComparison.Ordinal) => ContactMedium.Voice,
        _ when sessionType.StartsWith("Messaging", StringComparison.Ordinal) => sessionType.Contains("SMS", StringComparison.Ordinal) ? ContactMedium.Sms : ContactMedium.Chat,
        _ => ContactMedium.Other,
    };

    /// <summary>The medium that a caller names; unspecified for one that is not reported.</summary>
    /// <param name="medium">As the contract names it.</param>
    public static ContactMedium Of(Wfm.V1.Medium medium) => medium switch
    {
        Wfm.V1.Medium.Voice => ContactMedium.Voice,
        Wfm.V1.Medium.Chat => ContactMedium.Chat,
        Wfm.V1.Medium.Sms => ContactMedium.Sms,
        Wfm.V1.Medium.Web => ContactMedium.Web,
        _ => ContactMedium.Other,
    };

    /// <summary>The medium as reports name it, such as <c>VOICE</c>.</summary>
    /// <param name="medium">The medium.</param>
    public static string WordOf(ContactMedium medium) => medium switch
    {
        ContactMedium.Voice => "VOICE",
        ContactMedium.Chat => "CHAT",
        ContactMedium.Sms => "SMS",
        ContactMedium.Web => "WEB",
        _ => "OTHER",
    };

    /// <summary>The medium as the contract names it; unspecified for one that is not reported.</summary>
    /// <param name="medium">The medium; null for none.</param>
    public static Wfm.V1.Medium MessageOf(ContactMedium? medium) => medium switch
    {
        ContactMedium.Voice => Wfm.V1.Medium.Voice,
        ContactMedium.Chat => Wfm.V1.Medium.Chat,
        ContactMedium.Sms => Wfm.V1.Medium.Sms,
        ContactMedium.Web => Wfm.V1.Medium.Web,
        _ => Wfm.V1.Medium.Unspecified,
    };
}
