using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What a session event may not say of the customer in HIPAA mode (INS-110).</summary>
internal static class SessionPersonalData
{
    private const string EndUser = "end_user";
    private const string Sdk = "sdk";
    private const string Id = "id";

    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Removes every field of the customer but the id, and what the customer's application told.</summary>
    /// <param name="body">The text of an event.</param>
    /// <returns>The text without; null if it cannot be read.</returns>
    public static byte[]? Remove(byte[] body)
    {
        try
        {
            if (JsonNode.Parse(body, AnyCase, new JsonDocumentOptions { MaxDepth = SessionEventIntake.DeepestJson }) is not JsonObject envelope)
                return null;
            if (envelope["data"] is JsonObject data)
            {
                data.Remove(Sdk);
                if (data[EndUser] is JsonObject user)
                    data[EndUser] = user[Id] is { } id ? new JsonObject { [Id] = id.DeepClone() } : [];
                else
                    data.Remove(EndUser);
            }

            return JsonSerializer.SerializeToUtf8Bytes(envelope);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            // No JSON, or a name given twice: nothing of it can be told apart.
            return null;
        }
    }
}
