using System.Text.Json;
using ContactCenter.WfmConnector.Reports;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>What an answer of CXone means (WFM-78 to WFM-86).</summary>
public enum CxoneResult
{
    /// <summary>Taken.</summary>
    Accepted,

    /// <summary>Taken but for some items.</summary>
    ItemsRejected,

    /// <summary>Success with a body that is no JSON: nobody knows what became of it.</summary>
    Unreadable,

    /// <summary>Refused, however often it is sent.</summary>
    Rejected,

    /// <summary>Too large.</summary>
    TooLarge,

    /// <summary>The address or the profile is wrong.</summary>
    Misdirected,

    /// <summary>The token is refused, or none is to be had.</summary>
    Unauthorized,

    /// <summary>The access key lacks a right.</summary>
    Forbidden,

    /// <summary>No answer, or one that says to try again.</summary>
    Unavailable,

    /// <summary>Not sent: the rate or an open breaker makes it wait.</summary>
    Delayed,
}

/// <summary>An item that CXone refused.</summary>
/// <param name="Index">Its place in the request; null if not told.</param>
/// <param name="Field">The field that is wrong; null if not told.</param>
/// <param name="Message">Null if not told.</param>
public sealed record RejectedItem(int? Index, string? Field, string? Message);

/// <summary>What came of a call.</summary>
public sealed record CxoneAnswer
{
    private static readonly TimeSpan UntilMended = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan UntilBack = TimeSpan.FromSeconds(5);

    /// <summary>What it means.</summary>
    public required CxoneResult Result { get; init; }

    /// <summary>In upper snake case, such as <c>ITEM_REJECTED</c>; empty if taken without a word.</summary>
    public required string Reason { get; init; }

    /// <summary>HTTP status; null without answer.</summary>
    public int? Status { get; init; }

    /// <summary>Header fields that help to find a request again.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The first 64 KiB without secrets.</summary>
    public string Body { get; init; } = "";

    /// <summary>Error code of CXone; null without.</summary>
    public string? Code { get; init; }

    /// <summary>Message of CXone; null without.</summary>
    public string? Message { get; init; }

    /// <summary>Items that were refused.</summary>
    public IReadOnlyList<RejectedItem> Items { get; init; } = [];

    /// <summary>A pause that was asked for; null without.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Whether somebody has to mend something before it can be sent: nothing is rejected meanwhile (WFM-10, WFM-12, WFM-83, WFM-85).</summary>
    public bool NeedsMending => Result is CxoneResult.Unauthorized or CxoneResult.Forbidden or CxoneResult.Misdirected;

    /// <summary>How long to wait before the same is tried again.</summary>
    public TimeSpan Pause => Delay ?? (NeedsMending ? UntilMended : UntilBack);

    /// <summary>Whether CXone works: it has dealt with the request, even if it refused it.</summary>
    public bool IsAnswered => !NeedsMending && Result is not (CxoneResult.Unavailable or CxoneResult.Delayed);

    /// <summary>Reads the errors of a body where the profile says they are.</summary>
    /// <param name="body">JSON.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="errors">Error code, message and refused items, as far as the body has them.</param>
    /// <returns>False if it is no JSON.</returns>
    public static bool TryReadErrors(string body, WireProfile profile, out (string? Code, string? Message, IReadOnlyList<RejectedItem> Items) errors)
    {
        errors = (null, null, []);
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return true;
            var items = Find(root, profile.ErrorPlace("items")) is { ValueKind: JsonValueKind.Array } list
                ? list.EnumerateArray().Select(item => new RejectedItem(
                    Find(item, profile.ErrorPlace("item_index")) is { ValueKind: JsonValueKind.Number } index && index.TryGetInt32(out var number) ? number : null,
                    TextOf(Find(item, profile.ErrorPlace("item_field"))),
                    TextOf(Find(item, profile.ErrorPlace("item_message"))))).ToList()
                : [];
            errors = (TextOf(Find(root, profile.ErrorPlace("code"))), TextOf(Find(root, profile.ErrorPlace("message"))), items);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonElement? Find(JsonElement element, string? name) =>
        name is not null && element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static string? TextOf(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        null or { ValueKind: JsonValueKind.Null } => null,
        { } other => other.GetRawText(),
    };
}
