using System.Text.Json;
using ContactCenter.CrmConnector.Rendering;

namespace ContactCenter.CrmConnector.Answers;

/// <summary>Reads the id of an account or a record out of a 2xx answer (CRM-41, CRM-42, CRM-65). An answer is data from outside: it is limited and never trusted.</summary>
/// <param name="data">Where the object lies.</param>
/// <param name="id">Where its id lies, relative to the object.</param>
public sealed class AnswerReader(Location data, Location id)
{
    /// <summary>Warning: the answer has several objects, of which the first is taken.</summary>
    public const string MultipleMatches = "MULTIPLE_MATCHES";

    /// <summary>Violation: there is an object without an id.</summary>
    public const string IdMissing = "ID_MISSING";

    /// <summary>Violation: the id is neither a text of at most 32,768 characters nor an integer.</summary>
    public const string IdType = "ID_TYPE";

    /// <summary>Violation: the answer is not JSON.</summary>
    public const string NotJson = "NOT_JSON";

    /// <summary>Violation: the answer is larger than <see cref="LargestAnswer"/>.</summary>
    public const string TooLarge = "RESPONSE_TOO_LARGE";

    /// <summary>Violation: the answer is nested deeper than <see cref="DeepestAnswer"/>.</summary>
    public const string TooDeep = "TOO_DEEP";

    /// <summary>Largest answer, in bytes.</summary>
    public const int LargestAnswer = 1 << 20;

    /// <summary>Deepest nesting of an answer.</summary>
    public const int DeepestAnswer = 64;

    /// <summary>Where the name of an account lies, relative to the object; null where it is not read (CRM-75).</summary>
    public Location? Name { get; init; }

    /// <summary>Where the phone number of an account lies, relative to the object; null where it is not read.</summary>
    public Location? Phone { get; init; }

    /// <summary>Where the e-mail address of an account lies, relative to the object; null where it is not read.</summary>
    public Location? Email { get; init; }

    /// <summary>Where the title of a record lies, relative to the object; null where it is not read.</summary>
    public Location? Subject { get; init; }

    /// <summary>Where the status of a record lies, relative to the object; null where it is not read.</summary>
    public Location? Status { get; init; }

    /// <summary>Reads an answer of which the first object counts.</summary>
    /// <param name="body">The body; empty for none.</param>
    public Answer Read(ReadOnlyMemory<byte> body) => Read(body, First, violation => new Answer(Violation: violation));

    /// <summary>Reads an answer of which all objects count (CRM-93).</summary>
    /// <param name="body">The body; empty for none.</param>
    /// <param name="most">How many objects are read.</param>
    public AnswerList ReadAll(ReadOnlyMemory<byte> body, int most) => Read(body, root => new([.. ObjectsIn(root, most).Select(AnswerOf)]), violation => new AnswerList([], violation));

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read, Func<string?, T> without)
    {
        if (body.Length > LargestAnswer)
            return without(TooLarge);
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            return without(null);
        try
        {
            if (IsTooDeep(body.Span))
                return without(TooDeep);
            using var document = JsonDocument.Parse(body);
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            return without(NotJson);
        }
    }

    private Answer First(JsonElement root)
    {
        var objects = ObjectsIn(root, 2);
        return objects.Count == 0 ? new() : AnswerOf(objects[0]) with { Warning = objects.Count > 1 ? MultipleMatches : null };
    }

    private List<JsonElement> ObjectsIn(JsonElement root, int most) => data.Find(root) switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Take(most)],
        { } found => [found],
    };

    private Answer AnswerOf(JsonElement found)
    {
        var answer = id.Find(found) switch
        {
            null or { ValueKind: JsonValueKind.Null } => new(Violation: IdMissing),
            { ValueKind: JsonValueKind.String } text => Text(text.GetString()!),
            { ValueKind: JsonValueKind.Number } number when IsInteger(number.GetRawText()) => new(new VariableValue(number.GetRawText(), IsNumber: true)),
            _ => new Answer(Violation: IdType),
        };
        return answer.Violation is not null
            ? answer
            : answer with { Name = TextAt(Name), Phone = TextAt(Phone), Email = TextAt(Email), Subject = TextAt(Subject), Status = TextAt(Status) };

        string? TextAt(Location? place) => place?.Find(found) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };
    }

    // An id that is cut would be another one.
    private static Answer Text(string id) =>
        string.IsNullOrWhiteSpace(id) ? new(Violation: IdMissing) : id.Length > VariableValue.LongestText ? new(Violation: IdType) : new(VariableValue.Of(id));

    private static bool IsInteger(string number) => number.AsSpan().TrimStart('-').ContainsAnyExceptInRange('0', '9') is false;

    private static bool IsTooDeep(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= DeepestAnswer)
                return true;
        }

        return false;
    }
}

/// <summary>What an answer says of one object. Without an id and without a violation nothing was found.</summary>
/// <param name="Id">The id, as the CRM sent it.</param>
/// <param name="Violation">How the answer breaks what was agreed; null if it does not.</param>
/// <param name="Warning">What is to be said about it; null for nothing.</param>
/// <param name="Subject">Title of the record; null without.</param>
/// <param name="Status">Status of the record; null without.</param>
public sealed record Answer(VariableValue? Id = null, string? Violation = null, string? Warning = null, string? Subject = null, string? Status = null)
{
    /// <summary>Name of the account; null without.</summary>
    public string? Name { get; init; }

    /// <summary>Phone number of the account; null without.</summary>
    public string? Phone { get; init; }

    /// <summary>E-mail address of the account; null without.</summary>
    public string? Email { get; init; }
}

/// <summary>What an answer says of all of its objects.</summary>
/// <param name="Objects">Each with its id, or what is wrong with it.</param>
/// <param name="Violation">How the answer as a whole breaks what was agreed; null if it does not.</param>
public sealed record AnswerList(IReadOnlyList<Answer> Objects, string? Violation = null);
