using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Egress.Secrets;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>A rendered request of an operation: the same bytes on every attempt (CRM-9).</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Url">Where to.</param>
/// <param name="Body">The body; empty with GET.</param>
/// <param name="Subject">The title that the record gets; empty where none is made.</param>
/// <param name="Parts">How many parts a comment has.</param>
public sealed record SentRequest(EndpointKind Endpoint, string Url, string Body, string Subject, int Parts)
{
    private const string Table = "operations";

    /// <summary>The columns that are sealed, so that they follow a change of the key (SEC-2).</summary>
    public static IReadOnlyList<SecretColumn> Columns { get; } =
        [new("crm", new(Table, "request", ""), "operation_id::text"), new("crm", new(Table, "response", ""), "operation_id::text")];

    /// <summary>Media type of the body.</summary>
    public string ContentType { get; init; } = JsonText.MediaType;

    /// <summary>Before which character of the body the file comes; null without one.</summary>
    public int? FileAt { get; init; }

    /// <summary>The file that is sent; null for none.</summary>
    public FileFacts? File { get; init; }

    /// <summary>SHA-256 of what is sent, with that of a file in its place (CRM-107).</summary>
    [JsonIgnore]
    public byte[] Sha256 => SHA256.HashData(Encoding.UTF8.GetBytes($"{Url}\n{Body}{(File is null ? "" : $"\n{File.Sha256}")}"));

    /// <summary>What the request sends.</summary>
    [JsonIgnore]
    public RequestText Text => new() { Url = Url, Body = Body, FileAt = FileAt, ContentType = ContentType };

    /// <summary>Reads the request of an operation.</summary>
    /// <param name="keys">Opens it.</param>
    /// <param name="operation">The operation.</param>
    /// <returns>Null if it has none.</returns>
    public static SentRequest? Of(SecretKeyRing keys, StoredOperation operation) =>
        operation.Request is { } request ? JsonSerializer.Deserialize<SentRequest>(keys.Open(Place("request", operation), request), JsonSerializerOptions.Web) : null;

    /// <summary>Seals the request for an operation.</summary>
    /// <param name="keys">Seals it.</param>
    /// <param name="operation">The operation.</param>
    public string Seal(SecretKeyRing keys, StoredOperation operation) => keys.Seal(Place("request", operation), JsonSerializer.Serialize(this, JsonSerializerOptions.Web));

    /// <summary>Seals the begin of an answer.</summary>
    /// <param name="keys">Seals it.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="text">The answer, without secrets.</param>
    public static string SealResponse(SecretKeyRing keys, StoredOperation operation, string text) => keys.Seal(Place("response", operation), text);

    /// <summary>Reads the answer of an operation that is held.</summary>
    /// <param name="keys">Opens it.</param>
    /// <param name="operation">The operation.</param>
    /// <returns>Empty if it has none.</returns>
    public static string ResponseOf(SecretKeyRing keys, StoredOperation operation) =>
        operation.Response is { } response ? keys.Open(Place("response", operation), response) : "";

    private static SecretPlace Place(string column, StoredOperation operation) => new(Table, column, operation.OperationId.ToString());
}
