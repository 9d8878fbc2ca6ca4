using System.Text.Json;
using ContactCenter.InsightsEnrichment.RawEvents;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>One event of a session, as the record is made of it.</summary>
public sealed record SessionEvent
{
    /// <summary>Events of one session in their order: by time, then place of their type in the table, then key.</summary>
    public static Comparer<SessionEvent> InOrder { get; } = Comparer<SessionEvent>.Create((left, right) =>
    {
        if (left.Time.CompareTo(right.Time) is var byTime and not 0)
            return byTime;
        return SessionEventTypes.Rank(left.Type).CompareTo(SessionEventTypes.Rank(right.Type)) is var byRank and not 0 ? byRank : string.CompareOrdinal(left.Key, right.Key);
    });

    /// <summary>Source and id of the event: two arrivals with one key are the same event.</summary>
    public required string Key { get; init; }

    /// <summary>Such as <c>agent.joined</c>, in lower case.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, to the millisecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What it says.</summary>
    public required SessionData Data { get; init; }

    /// <summary>Account that it names; null for the default one.</summary>
    public string? AccountSid { get; init; }

    /// <summary>Agent; null if it names none.</summary>
    public long? AgentId => Data.Number("agent_id");

    /// <summary>Transfer; null if it names none.</summary>
    public long? TransferId => Data.Number("transfer_id");

    /// <summary>Reads a stored event that was accepted.</summary>
    /// <param name="raw">Of the source <see cref="RawEventSource.Session"/>.</param>
    public static SessionEvent Read(RawEvent raw)
    {
        using var document = JsonDocument.Parse(raw.Body, new JsonDocumentOptions { MaxDepth = SessionEventIntake.DeepestJson });
        var data = SessionData.Of(document.RootElement).Element("data");
        return new()
        {
            Key = raw.EventKey,
            Type = raw.EventType,
            Time = raw.EventTime!.Value,
            Data = data is { ValueKind: JsonValueKind.Object } given ? SessionData.Of(given.Clone()) : SessionData.Empty,
            AccountSid = raw.AccountSid,
        };
    }
}
