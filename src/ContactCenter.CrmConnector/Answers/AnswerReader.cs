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

    /// <summary>Where the title of a record lies, relative to the object; null where it is not read.</summary>
    public Location? Subject { get; init; }

    /// <summary>Where the status of a record lies, relative to the object; null where it is not read.</summary>
    public Location? Status { get; init; }

    /// <summary>Reads an answer.</summary>
    /// <param name="body">The body; empty for none.</param>
    public Answer Read(ReadOnlyMemory<byte> body)
    {
        if (body.Length > LargestAnswer)
            return new(Violation: TooLarge);
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            return new();
        try
        {
            if (IsTooDeep(body.Span))
                return new(Violation: TooDeep);
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return new(Violation: NotJson);
        }
    }

    private Answer Read(JsonElement root)
    {
        if (data.Find(root) is not { ValueKind: not JsonValueKind.Null } found)
            return new();
        string? warning = null;
        if (found.ValueKind == JsonValueKind.Array)
        {
            if (found.GetArrayLength() == 0)
                return new();
            warning = found.GetArrayLength() > 1 ? MultipleMatches : null;
            found = found[0];
        }

        return id.Find(found) switch
        {
            null or { ValueKind: JsonValueKind.Null } => new(Violation: IdMissing),
            { ValueKind: JsonValueKind.String } text => Text(text.GetString()!) with { Warning = warning, Subject = TextAt(Subject), Status = TextAt(Status) },
            { ValueKind: JsonValueKind.Number } number when IsInteger(number.GetRawText()) =>
                new(new VariableValue(number.GetRawText(), IsNumber: true), Warning: warning, Subject: TextAt(Subject), Status: TextAt(Status)),
            _ => new(Violation: IdType),
        };

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

/// <summary>What an answer says. Without an id and without a violation nothing was found.</summary>
/// <param name="Id">The id, as the CRM sent it.</param>
/// <param name="Violation">How the answer breaks what was agreed; null if it does not.</param>
/// <param name="Warning">What is to be said about it; null for nothing.</param>
/// <param name="Subject">Title of the record; null without.</param>
/// <param name="Status">Status of the record; null without.</param>
public sealed record Answer(VariableValue? Id = null, string? Violation = null, string? Warning = null, string? Subject = null, string? Status = null);
