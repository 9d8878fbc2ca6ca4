using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>What is read of a task's attributes; everything else in them is left alone. Empty texts count as absent.</summary>
public sealed record TaskAttributes
{
    private const string ConversationsObject = "conversations";
    private const string CustomersObject = "customers";

    /// <summary>No attributes at all.</summary>
    public static TaskAttributes Empty { get; } = new();

    /// <summary>Values at the root of the attributes, such as <c>direction</c>.</summary>
    public FieldValues Root { get; private init; } = FieldValues.None(AttributeFields.Root);

    /// <summary>Values of the object <c>conversations</c>, in full length.</summary>
    public FieldValues Conversations { get; private init; } = FieldValues.None(AttributeFields.Conversations);

    /// <summary>Values of the object <c>customers</c>, in full length.</summary>
    public FieldValues Customers { get; private init; } = FieldValues.None(AttributeFields.Customers);

    /// <summary>The first names within <c>conversations</c> that have no meaning (INS-41).</summary>
    public IReadOnlyList<string> UnknownConversations { get; private init; } = [];

    /// <summary>The first names within <c>customers</c> that have no meaning (INS-41).</summary>
    public IReadOnlyList<string> UnknownCustomers { get; private init; } = [];

    /// <summary>A value at the root of the attributes; null if it is not given.</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? this[string name] => Root.GetValueOrDefault(name);

    /// <summary>A value of the object <c>conversations</c>, in full length; null if it is not given.</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? Conversation(string name) => Conversations.GetValueOrDefault(name);

    /// <summary>A value of the object <c>customers</c>, in full length; null if it is not given.</summary>
    /// <param name="name">One of the names that are read.</param>
    public string? Customer(string name) => Customers.GetValueOrDefault(name);

    /// <summary>Reads the attributes in one pass, without a document tree.</summary>
    /// <param name="json">The text of the event field, which the result goes on using; empty reads as <see cref="Empty"/>.</param>
    /// <param name="attributes">What was read; <see cref="Empty"/> if the text is not a JSON object.</param>
    /// <returns>False if there is a text and it is not a JSON object.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> json, out TaskAttributes attributes)
    {
        attributes = Empty;
        if (json.IsEmpty)
            return true;
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            attributes = Read(ref reader, json);

            // What follows the object would make the text something else than JSON: the reader says so.
            reader.Read();
            return true;
        }
        catch (JsonException)
        {
            attributes = Empty;
            return false;
        }
    }

    private static TaskAttributes Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var root = new FieldValues.Builder(AttributeFields.Root, json);
        var (conversations, customers) = (Empty.Conversations, Empty.Customers);
        List<string>? unknownConversations = null, unknownCustomers = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(ConversationsObject))
            {
                reader.Read();
                conversations = FieldReader.ReadObject(ref reader, AttributeFields.Conversations, json, ref unknownConversations);
            }
            else if (reader.ValueTextEquals(CustomersObject))
            {
                reader.Read();
                customers = FieldReader.ReadObject(ref reader, AttributeFields.Customers, json, ref unknownCustomers);
            }
            else if (!FieldReader.TryReadMember(ref reader, AttributeFields.Root, root))
            {
                reader.Skip();
            }
        }

        return new()
        {
            Root = root.Build(),
            Conversations = conversations,
            Customers = customers,
            UnknownConversations = unknownConversations ?? [],
            UnknownCustomers = unknownCustomers ?? [],
        };
    }
}
