using System.Collections.Frozen;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>The session types of the platform (INS-28, STO-79).</summary>
public static class SessionTypes
{
    private const string CallPrefix = "Voice";
    private const string ChatPrefix = "Messaging";

    private static readonly FrozenDictionary<string, string> Canonical = new[]
    {
        "Voice Inbound", "Voice Inbound (IVR)", "Voice Inbound (IVR using Mobile)", "Voice Inbound (Mobile)", "Voice Inbound (API)",
        "Voice Callback (Web)", "Voice Scheduled (Mobile)", "Voice Scheduled (Web)", "Voice Scheduled (API)", "Voice Outbound",
        "Voice Outbound (API)", "Voice Campaign", "Voice Campaign (UJET)", "Voice Internal", "Messaging (WhatsApp)",
        "Messaging Inbound (SMS)", "Messaging Outbound (SMS)", "Messaging Outbound (SMS via API)", "Messaging (Web)",
        "Messaging Inbound (Web Chat)", "Messaging (Mobile)", "Messaging Inbound (Mobile Chat)",
    }.ToDictionary(type => type).Append(new("Voice Inbound (App)", "Voice Inbound (Mobile)"))
        .Append(new("Messaging Inbound (App Chat)", "Messaging Inbound (Mobile Chat)"))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Legacy = new Dictionary<string, string>
    {
        ["Voice Inbound (Mobile)"] = "Voice Inbound (App)",
        ["Messaging Inbound (Mobile Chat)"] = "Messaging Inbound (App Chat)",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The present spelling of a type, found without case; null if the type is unknown.</summary>
    /// <param name="type">As given.</param>
    public static string? Find(string type) => Canonical.GetValueOrDefault(type.Trim());

    /// <summary>The spelling that <c>session_type</c> has in documents: the older one where there are two.</summary>
    /// <param name="type">The present spelling, or an unknown type.</param>
    public static string LegacyOf(string type) => Legacy.GetValueOrDefault(type, type);

    /// <summary>The kind that a type is of by its first word; null for another word.</summary>
    /// <param name="type">As given.</param>
    public static SessionKind? KindOf(string type) =>
        type.TrimStart().StartsWith(CallPrefix, StringComparison.OrdinalIgnoreCase) ? SessionKind.Call
        : type.TrimStart().StartsWith(ChatPrefix, StringComparison.OrdinalIgnoreCase) ? SessionKind.Chat
        : null;
}
