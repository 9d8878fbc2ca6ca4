using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>
/// Takes what is personal of a customer out of stored events for good (INS-94). What segments and sessions are measured by
/// stays, so that they can be worked out again and come out as before, without the customer.
/// </summary>
internal static class PersonalData
{
    private const string Tombstone = "erased";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What joins tasks, tells their direction and is no trace of a person.
    private static readonly string[] KeptAtRoot =
        [Tombstone, "direction", "reason", "conversations", "customers", "previous_task_sid", "transfer_sid", "flexInteractionSid", "call_sid", "hipaa_enabled"];

    /// <summary>The fields of conversations that may tell of a person.</summary>
    public static readonly string[] DroppedOfConversations = ["content", "destination", "media", "segment_link", "external_contact"];

    /// <summary>The fields of customers that tell of no person.</summary>
    public static readonly string[] KeptOfCustomers = ["acquisition_cost", "business_value"];

    private static readonly string[] DroppedOfSessions =
    [
        "sdk", "feedback", "note", "comment", "answers", "location", "smart_action_text", "va_data_parameters", "session_variable", "custom_sip_headers",
        "custom_data_secured", "custom_data_not_secured",
    ];

    /// <summary>Takes what is personal out of an event.</summary>
    /// <param name="raw">As stored.</param>
    /// <param name="reason">Why; it is kept with the SHA-256 of what was received in place of what is taken out.</param>
    /// <returns>The body to store. Of what cannot be read nothing but the tombstone is left.</returns>
    public static byte[] Erase(RawEvent raw, string reason)
    {
        var tombstone = new JsonObject { ["sha256"] = Convert.ToHexStringLower(raw.BodySha256), ["reason"] = reason };
        return (raw.Source == RawEventSource.Session ? OfSession(raw.Body, tombstone) : OfTask(raw, tombstone))
            ?? JsonSerializer.SerializeToUtf8Bytes(new JsonObject { [Tombstone] = tombstone }, Plain);
    }

    /// <summary>Takes what is personal out of attributes that are kept to be written back.</summary>
    /// <param name="attributes">Text of a JSON object.</param>
    /// <returns>The text without.</returns>
    public static string Erase(string attributes)
    {
        var given = ObjectOf(Encoding.UTF8.GetBytes(attributes)) ?? [];
        EraseAttributes(given);
        return given.ToJsonString(Plain);
    }

    private static void EraseAttributes(JsonObject given)
    {
        Keep(given, KeptAtRoot);
        if (given["customers"] is JsonObject customers)
            Keep(customers, KeptOfCustomers);
        if (given["conversations"] is JsonObject conversations)
            Drop(conversations, DroppedOfConversations);
    }

    private static byte[]? OfTask(RawEvent raw, JsonObject tombstone)
    {
        var readable = true;
        var body = BodyFilter.Rewrite(raw.Form, raw.Body, attributes =>
        {
            if (attributes.IsEmpty)
                return [];
            if (ObjectOf(attributes.Span) is not { } given)
            {
                readable = false;
                return [];
            }

            EraseAttributes(given);
            given[Tombstone] ??= tombstone.DeepClone();
            return JsonSerializer.SerializeToUtf8Bytes(given, Plain);
        });
        return readable ? body : null;
    }

    private static byte[]? OfSession(byte[] body, JsonObject tombstone)
    {
        if (ObjectOf(body) is not { } envelope)
            return null;
        if (envelope["data"] is JsonObject data)
        {
            Drop(data, DroppedOfSessions);
            if (data["end_user"] is JsonObject user)
                Keep(user, ["id"]);
            // That there was a message counts in the times of the session.
            if (data.ContainsKey("message"))
                data["message"] = new JsonObject { ["type"] = Tombstone };
        }

        envelope[Tombstone] ??= tombstone;
        return JsonSerializer.SerializeToUtf8Bytes(envelope, Plain);
    }

    private static JsonObject? ObjectOf(ReadOnlySpan<byte> text)
    {
        try
        {
            var given = JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = SessionEventIntake.DeepestJson }) as JsonObject;
            // A name given twice is found only when the object is looked into.
            return given?.Count >= 0 ? given : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Keep(JsonObject given, string[] names)
    {
        foreach (var name in given.Select(member => member.Key).Where(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList())
            given.Remove(name);
    }

    private static void Drop(JsonObject given, string[] names)
    {
        foreach (var name in given.Select(member => member.Key).Where(name => names.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList())
            given.Remove(name);
    }
}
