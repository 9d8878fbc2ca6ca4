using System.Globalization;
using System.Text.Json;
using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Storage;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Lives;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.Sandbox.Sessions;

/// <summary>
/// The sessions of an agent desktop: each task has one, and between them they send every type of session event. Events
/// that nobody in the task's life causes, such as a rating, come from the task's number.
/// </summary>
public static class SessionEvents
{
    private const string Source = "sandbox";
    private const long PerDay = 1_000_000;

    /// <summary>Whether the session of a task is a call.</summary>
    /// <param name="life">The task.</param>
    public static bool IsCall(TaskLife life) => life.Channel == Workspace.Voice;

    /// <summary>Name of the session of a task.</summary>
    /// <param name="life">The task.</param>
    public static string NameOf(TaskLife life) => $"{(IsCall(life) ? "call" : "chat")}-{IdOf(life).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The rating that the customer gives after the session; null for none.</summary>
    /// <param name="life">The task.</param>
    public static int? RatingOf(TaskLife life) => life.Contact.Number % 4 == 0 ? life.Contact.Number % 5 + 1 : null;

    /// <summary>All events of the session of a task.</summary>
    /// <param name="life">The task.</param>
    /// <param name="media">Where recordings and photos can be fetched; null if nowhere.</param>
    /// <returns>The events, in the order of their times.</returns>
    public static IEnumerable<SessionEvent> Of(TaskLife life, Uri? media = null)
    {
        var number = 0;
        return Tell(life, media).Select(told => new SessionEvent
        {
            EventId = $"{NameOf(life)}/{(++number).ToString(CultureInfo.InvariantCulture)}",
            Source = Source,
            Type = told.Type,
            EventTime = told.Time.ToTimestamp(),
            SessionKind = IsAgents(told.Type) ? SessionKind.Unspecified : IsCall(life) ? SessionKind.Call : SessionKind.Chat,
            SessionId = IsAgents(told.Type) ? 0 : IdOf(life),
            Data = JsonSerializer.Serialize(told.Data),
        });
    }

    private static bool IsAgents(string type) => type.StartsWith("agent.logged_", StringComparison.Ordinal);

    private static long IdOf(TaskLife life) => (long)(life.Created - DateTimeOffset.UnixEpoch).TotalDays * PerDay + life.Contact.Number;

    private static IEnumerable<(DateTimeOffset Time, string Type, object Data)> Tell(TaskLife life, Uri? media)
    {
        var answers = life.Stays.Select(stay => stay.Answer).OfType<Offer>().ToList();
        yield return (life.Created, "session.started", new
        {
            session_type = IsCall(life) ? life.Contact.Outbound ? "Voice Outbound" : "Voice Inbound (IVR)" : "Messaging (Web)",
            lang = "en",
            task_sid = life.TaskSid,
            direction = life.Contact.Outbound ? "outbound" : "inbound",
            end_user = new { id = life.Contact.Customer, identifier = $"customer-{life.Contact.Customer}" },
        });
        yield return (life.Created, "user.verified", new { verified = true });
        yield return (life.Created, "custom_data.received", new { custom_data_not_secured = new { number = life.Contact.Number } });
        yield return (life.Created, "menu.selected", new { menu = new { id = 1, name = "main" }, menu_path = new { id = 1, name = "main", materialized_path = "1" } });
        yield return (life.Created, "virtual_agent.joined", new { virtual_agent = new { id = 6, name = "greeter" } });
        yield return (life.Created, "virtual_agent.left", new { virtual_agent = new { id = 6, name = "greeter" }, finish_reason = "finished" });
        foreach (var (index, stay) in life.Stays.Index())
        {
            foreach (var told in Tell(life, stay, index, media))
                yield return told;
        }

        yield return (life.Ended, "session.ended", new { status = life.Canceled ? "failed" : "finished", disconnected_by = "disconnected_by_end_user" });
        // Who passes the task on notes nothing.
        if (life.Stays[^1].Answer is { } last && life.Contact.Disposition is { } code)
            yield return (life.Ended, "disposition.submitted", new { agent_id = last.Worker.Number, code });
        yield return (life.Ended, "survey.started", new { survey_type = "csat" });
        yield return (life.Ended, "survey.finished", new { survey_type = "csat", answers = new[] { new { question = "Did we help?", answer = "yes" } } });
        if (RatingOf(life) is { } rating)
            yield return (life.Ended.AddMinutes(1), "rating.submitted", new { rating });
    }

    private static IEnumerable<(DateTimeOffset Time, string Type, object Data)> Tell(TaskLife life, QueueStay stay, int index, Uri? media)
    {
        // Every stay after an answered one follows a transfer; others are a queue that overflowed.
        long? transfer = index > 0 && life.Stays[index - 1].Answer is not null ? index : null;
        if (transfer is not null)
            yield return (stay.WaitStart, "transfer.started", new { transfer_id = transfer, cold = true, from_agent_id = life.Stays[index - 1].Answer!.Worker.Number, to_queue_id = stay.Queue.Sid });
        yield return (stay.WaitStart, "session.queued", new { queue_id = stay.Queue.Sid, queue_path = stay.Queue.Name, transfer_id = transfer, service_level_target_time = 60 });
        yield return (stay.WaitStart, "offer.made", new { group = stay.Queue.Name });
        if (stay.Answer is not { Handling: { } handling } answer)
        {
            if (transfer is not null)
                yield return (stay.Left, "transfer.failed", new { transfer_id = transfer, fail_reason = "eu_abandoned" });
            yield break;
        }

        var agent = new { agent_id = answer.Worker.Number, agent_custom_id = answer.Worker.Sid, agent_name = answer.Worker.Name };
        yield return (answer.Created.AddMinutes(-1), "agent.logged_in", agent);
        yield return (answer.Ended, "agent.assigned", new { agent.agent_id, transfer_id = transfer });
        yield return (answer.Ended, "agent.joined", new { agent.agent_id, agent.agent_custom_id, agent.agent_name, transfer_id = transfer });
        if (transfer is not null)
            yield return (answer.Ended, "transfer.completed", new { transfer_id = transfer });
        foreach (var told in IsCall(life) ? Talk(life, answer.Ended, agent.agent_id, index, media) : Write(life, answer.Ended, agent.agent_id, index, media))
            yield return told;
        yield return (answer.Ended, "agent_assist.started", new { agent.agent_id, conversation_id = $"assist-{life.Contact.Number}" });
        yield return (answer.Ended, "party.added", new { participant_type = "end_user", end_user_id = life.Contact.Customer });
        yield return (handling.TalkEnd, "agent.left", new { agent.agent_id });
        if (handling.Completed > handling.TalkEnd)
        {
            yield return (handling.TalkEnd, "wrapup.started", new { agent.agent_id });
            yield return (handling.Completed, "wrapup.stopped", new { agent.agent_id });
        }

        yield return (handling.Completed.AddHours(1), "agent.logged_out", new { agent.agent_id });
    }

    private static IEnumerable<(DateTimeOffset Time, string Type, object Data)> Talk(TaskLife life, DateTimeOffset time, int agent, int index, Uri? media)
    {
        yield return (time, "recording.started", new { recording_id = index + 1 });
        yield return (time, "redaction.started", new { agent_id = agent });
        yield return (time, "redaction.stopped", new { agent_id = agent });
        yield return (time, "hold.started", new { agent_id = agent });
        yield return (time, "hold.stopped", new { agent_id = agent });
        yield return (time, "recording.stopped", new { recording_id = index + 1 });
        yield return (time, "media.added", new { media_id = $"{index + 1}", kind = "recording", location = MediaLibrary.LocationOf(media, NameOf(life), "recording", index + 1) });
    }

    private static IEnumerable<(DateTimeOffset Time, string Type, object Data)> Write(TaskLife life, DateTimeOffset time, int agent, int index, Uri? media)
    {
        var part = $"{NameOf(life)}/{index}";
        var share = $"share-{part}";
        yield return (time, "chat.activated", new { agent_id = agent });
        yield return (time, "message.inbound", new { message_id = $"in-{part}", message = "Hello, I have a question." });
        yield return (time, "message.outbound", new { message_id = $"out-{part}", message = "How can I help?", agent_id = agent });
        yield return (time, "media.added", new { media_id = $"{index + 1}", kind = "photo", location = MediaLibrary.LocationOf(media, NameOf(life), "photo", index + 1) });
        yield return (time, "cobrowse.started", new { cobrowse_session_id = share, requested_by = "agent" });
        yield return (time, "cobrowse.remote_control_changed", new { cobrowse_session_id = share, remote_control = "on" });
        yield return (time, "cobrowse.full_device_changed", new { cobrowse_session_id = share, full_device = "off" });
        yield return (time, "cobrowse.ended", new { cobrowse_session_id = share, ended_by = "end_user" });
        yield return (time, "chat.dismissed", new { agent_id = agent });
    }
}
