using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.InsightsEnrichment.Sessions;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

/// <summary>Tells the life of a session as its platform would: one JSON object an event.</summary>
/// <param name="kind">Call or chat.</param>
/// <param name="id">Number of the session.</param>
/// <param name="day">Beginning of the times: a time of the day is added to it.</param>
internal sealed class SessionLife(SessionKind kind, long id, DateTimeOffset? day = null)
{
    private readonly DateTimeOffset _day = day ?? new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public SessionName Name { get; } = new(kind, id);

    public List<JsonObject> Events { get; } = [];

    public IEnumerable<string> Texts => Events.Select(one => one.ToJsonString());

    public string Body => $"[{string.Join(',', Texts)}]";

    /// <summary>Adds an event; <paramref name="data"/> is an anonymous object with the names of the contract.</summary>
    public SessionLife At(string time, string type, object? data = null)
    {
        var at = _day + TimeSpan.Parse(time, CultureInfo.InvariantCulture);
        Events.Add(new JsonObject
        {
            ["event_id"] = $"{Name}-{Events.Count + 1}",
            ["source"] = "platform",
            ["type"] = type,
            ["event_time"] = at.ToString("O", CultureInfo.InvariantCulture),
            ["session_kind"] = Name.KindWord,
            ["session_id"] = id,
            ["data"] = JsonSerializer.SerializeToNode(data ?? new { }),
        });
        return this;
    }

    /// <summary>The events as enrichment reads them.</summary>
    public List<SessionEvent> Read() => Texts.Select(Read).ToList();

    /// <summary>An event as enrichment reads it.</summary>
    public static SessionEvent Read(string text)
    {
        var taken = SessionEventIntake.Take(DateTimeOffset.UnixEpoch, "application/json", Encoding.UTF8.GetBytes(text));
        Assert.Empty(taken.Violations);
        return SessionEvent.Read(taken.Raw!);
    }

    /// <summary>EX-18: a call with a cold transfer, two wrap-ups, a hold and a redaction; times are UTC.</summary>
    public static SessionLife RecordedCall(long id = 1418, DateTimeOffset? day = null) => new SessionLife(SessionKind.Call, id, day ?? new(2026, 3, 23, 0, 0, 0, TimeSpan.Zero))
        .At("20:12:51", "session.started", new
        {
            session_type = "voice inbound (ivr)",
            lang = "en",
            support_number = "+15550100300",
            end_user = new { id = 42, identifier = "91237416", phone = "+15550100100" },
        })
        .At("20:14:22", "session.queued", new { queue_id = "4", queue_path = "va-escalation", priority = 0, service_level_target_time = 60, service_level_target_percent = 90, abandon_threshold = 8 })
        .At("20:14:31", "agent.assigned", new { agent_id = 5, answer_type = "manual" })
        .At("20:14:37", "agent.joined", new { agent_id = 5, agent_email = "agent5@example.com", agent_first_name = "Fifth", agent_last_name = "Agent" })
        .At("20:14:41", "recording.started", new { recording_id = 1085, conference_sid = "CF1" })
        .At("20:14:50", "hold.started", new { agent_id = 5 })
        .At("20:14:55", "hold.stopped", new { agent_id = 5 })
        .At("20:15:03", "transfer.started", new { transfer_id = 12, cold = true, from_agent_id = 5, to_queue_id = "8" })
        .At("20:15:03", "session.queued", new { queue_id = "8", queue_path = "menu/dispositions", priority = 0, transfer_id = 12, service_level_target_time = 60 })
        .At("20:15:09", "agent.left", new { agent_id = 5 })
        .At("20:15:09", "wrapup.started", new { agent_id = 5 })
        .At("20:15:17", "wrapup.stopped", new { agent_id = 5 })
        .At("20:15:21", "agent.assigned", new { agent_id = 5, transfer_id = 12 })
        .At("20:15:26", "agent.joined", new { agent_id = 5, transfer_id = 12 })
        .At("20:15:35.473", "redaction.started", new { agent_id = 5 })
        .At("20:15:38.413", "redaction.stopped", new { agent_id = 5 })
        .At("20:16:46", "session.ended", new { status = "finished", disconnected_by = "disconnected_by_agent" })
        .At("20:16:46", "wrapup.started", new { agent_id = 5 })
        .At("20:16:52", "wrapup.stopped", new { agent_id = 5 })
        .At("20:16:50", "disposition.submitted", new { agent_id = 5, code = "sold", note = "notes", list = "dispositions", list_path = "dispositions", code_id = 4, list_id = 2 });

    /// <summary>A chat of two messages each way.</summary>
    public static SessionLife Chat(long id = 135, DateTimeOffset? day = null) => new SessionLife(SessionKind.Chat, id, day)
        .At("09:00:00", "session.started", new { session_type = "Messaging Inbound (App Chat)", lang = "en", end_user = new { id = 19, identifier = "customer-19", email = "customer19@example.com" } })
        .At("09:00:01", "session.queued", new { queue_id = "13", queue_path = "web" })
        .At("09:00:06", "agent.assigned", new { agent_id = 7 })
        .At("09:00:08", "agent.joined", new { agent_id = 7, agent_name = "Seventh Agent", agent_custom_id = "emp-7" })
        .At("09:00:10", "message.inbound", new { message_id = "m1", message = "my parcel is lost\nplease help" })
        .At("09:00:18", "message.outbound", new { message_id = "m2", message = "one moment", agent_id = 7 })
        .At("09:00:20", "media.added", new { media_id = 7, kind = "photo", location = "https://media.example.com/7" })
        .At("09:00:30", "message.inbound", new { message_id = "m3", message = "thanks" })
        .At("09:00:34", "message.outbound", new { message_id = "m4", message = "done", agent_id = 7 })
        .At("09:01:00", "session.ended", new { status = "finished" });
}
