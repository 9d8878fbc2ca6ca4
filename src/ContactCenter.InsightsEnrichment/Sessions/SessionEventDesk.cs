using System.Text.Json;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What became of an event that was sent.</summary>
public enum SessionEventResult
{
    /// <summary>Stored; it will be processed.</summary>
    Accepted = 1,

    /// <summary>An event of this source and id was there before.</summary>
    Duplicate = 2,

    /// <summary>It is not as it should be; see its violations.</summary>
    Rejected = 3,
}

/// <summary>The answer to one event.</summary>
/// <param name="EventId">As given; empty if it could not be read.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Violations">Why it was rejected.</param>
public sealed record SessionEventAnswer(string EventId, SessionEventResult Result, IReadOnlyList<FieldViolation> Violations);

/// <summary>Takes session events whichever way they come: judges each, and stores all before it answers (INS-25, INS-1).</summary>
/// <param name="writer">Stores them.</param>
/// <param name="store">Knows which are there already.</param>
/// <param name="counts">Counts events that are too large.</param>
/// <param name="timeProvider">Times of receipt.</param>
public sealed class SessionEventDesk(RawEventWriter writer, SessionStore store, IngestRefusals counts, TimeProvider timeProvider)
{
    /// <summary>Longest wait for what is there already; with the wait for the commit an answer takes at most 7 s.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(2);

    /// <summary>Takes the events of one request.</summary>
    /// <param name="bodies">The text of each, at most <see cref="SessionEventIntake.MostEvents"/>.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One answer for each, in their order; null if the store did not confirm them in time.</returns>
    public async Task<IReadOnlyList<SessionEventAnswer>?> TakeAsync(IEnumerable<byte[]> bodies, string? contentType, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var incoming = bodies.Select(body => SessionEventIntake.Take(now, contentType, body)).ToList();
        if (await KnownAsync([.. incoming.Where(one => one.Violations.Count == 0).Select(one => one.Raw!.EventKey)], cancellationToken) is not { } known)
            return null;
        var answers = incoming.ConvertAll(one => new SessionEventAnswer(
            one.EventId,
            one.Violations.Count > 0 ? SessionEventResult.Rejected : known.Add(one.Raw!.EventKey) ? SessionEventResult.Accepted : SessionEventResult.Duplicate,
            one.Violations));
        var kept = incoming.Select(one => one.Raw).OfType<RawEvent>().ToList();
        // All but what is too large is kept.
        for (var refused = kept.Count; refused < incoming.Count; refused++)
            counts.Count(IngestRefusals.TooLarge);
        return kept.Count == 0 || await writer.StoreAsync(kept, cancellationToken) ? answers : null;
    }

    /// <summary>Which events are there already; null if the store does not say so in time.</summary>
    private async Task<HashSet<string>?> KnownAsync(string[] keys, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadLimit);
        try
        {
            return await store.KnownAsync(keys, limit.Token);
        }
        catch (Exception exception) when (TransientFailure.Is(exception) || limit.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Keeps a body that is no list of events.</summary>
    /// <param name="body">What came.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if the store did not confirm it in time.</returns>
    public Task<bool> KeepUnreadableAsync(byte[] body, string? contentType, CancellationToken cancellationToken) =>
        writer.StoreAsync([SessionEventIntake.Unreadable(timeProvider.GetUtcNow(), contentType, body).Raw!], cancellationToken);

    /// <summary>Finds the events in a body: one object, an array, or one object a line (NDJSON).</summary>
    /// <param name="body">The body of a request.</param>
    /// <param name="isTooDeep">Whether it is nested deeper than is read.</param>
    /// <returns>The text of each event; null if the body is none of these.</returns>
    public static List<byte[]>? Split(byte[] body, out bool isTooDeep)
    {
        isTooDeep = false;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = SessionEventIntake.DeepestJson });
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => [.. document.RootElement.EnumerateArray().Select(item => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(item).ToArray())],
                JsonValueKind.Object => [body],
                _ => null,
            };
        }
        catch (JsonException)
        {
            // Several lines, or nothing that can be read.
        }

        isTooDeep = IsTooDeep(body);
        var lines = isTooDeep ? [] : Lines(body);
        return lines.Count > 0 && IsObject(lines[0]) ? lines : null;
    }

    private static List<byte[]> Lines(byte[] body)
    {
        var lines = new List<byte[]>();
        foreach (var range in body.AsSpan().Split((byte)'\n'))
        {
            if (body.AsSpan(range).Trim(" \t\r"u8) is { IsEmpty: false } line)
                lines.Add(line.ToArray());
        }

        return lines;
    }

    private static bool IsObject(byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsTooDeep(byte[] body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = body.Length + 1, AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= SessionEventIntake.DeepestJson && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    return true;
            }
        }
        catch (JsonException)
        {
            // Not JSON, which is another answer.
        }

        return false;
    }
}
