using System.Collections.Frozen;
using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>What is read of a task's attributes; everything else in them is left alone. Empty texts count as absent.</summary>
public sealed record TaskAttributes
{
    private const string ConversationsObject = "conversations", CustomersObject = "customers";

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Root = new[]
    {
        "direction", "from", "to", "reason", "call_sid", "flexInteractionSid", "previous_task_sid", "transfer_sid",
        "caller", "from_country", "from_zip", "from_city", "from_state", "caller_country", "caller_zip", "caller_city", "caller_state",
        "called", "to_country", "to_zip", "to_city", "to_state", "called_country", "called_zip", "called_city", "called_state",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OfConversations = new[]
    {
        "abandoned", "abandoned_phase", "activity", "channel", "conversation_id", "direction", "external_contact", "handling_team_id",
        "handling_team_name", "outcome", "queue", "workflow",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OfCustomers = new[]
    {
        "name", "customer_link", "customer_attribute_1", "customer_attribute_2", "customer_attribute_3", "customer_label_1", "customer_label_2",
        "customer_label_3", "acquisition_date", "category", "customer_manager", "email", "external_id", "gender", "geo_location", "market_segment",
        "organization", "phone", "year_of_birth", "zip", "country", "region", "state", "city", "type", "acquisition_cost", "business_value",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly Dictionary<string, string> _root = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _conversations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _customers = new(StringComparer.Ordinal);

    /// <summary>No attributes at all.</summary>
    public static TaskAttributes Empty { get; } = new();

    /// <summary>A value at the root of the attributes, such as <c>direction</c>; null if it is not given.</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? this[string name] => _root.GetValueOrDefault(name);

    /// <summary>A value of the object <c>conversations</c>, in full length; null if it is not given.</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? Conversation(string name) => _conversations.GetValueOrDefault(name);

    /// <summary>A value of the object <c>customers</c>, in full length; null if it is not given.</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? Customer(string name) => _customers.GetValueOrDefault(name);

    /// <summary>Reads the attributes in one pass.</summary>
    /// <param name="json">The text of the event field; empty reads as <see cref="Empty"/>.</param>
    /// <param name="attributes">What was read; <see cref="Empty"/> if the text is not a JSON object.</param>
    /// <returns>False if there is a text and it is not a JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out TaskAttributes attributes)
    {
        attributes = Empty;
        if (json.IsEmpty)
            return true;
        var read = new TaskAttributes();
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(ConversationsObject))
                    ReadObject(ref reader, OfConversations, read._conversations);
                else if (reader.ValueTextEquals(CustomersObject))
                    ReadObject(ref reader, OfCustomers, read._customers);
                else
                    JsonScalar.ReadMember(ref reader, Root, read._root);
            }

            // What follows the object would make the text something else than JSON: the reader says so.
            reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }

        attributes = read;
        return true;
    }

    private static void ReadObject(ref Utf8JsonReader reader, FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> names, Dictionary<string, string> values)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            JsonScalar.ReadMember(ref reader, names, values);
    }
}
