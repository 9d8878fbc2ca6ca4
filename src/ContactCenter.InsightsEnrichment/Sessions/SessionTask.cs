using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>
/// A session that names no task, told as a task of its own, so that it has the segments that a task would have (INS-32):
/// its name is the task's, the number of the assignment makes the reservation's.
/// </summary>
/// <param name="AccountSid">Account of the session.</param>
/// <param name="TaskSid">Name of the session.</param>
/// <param name="Events">Its life as a task; empty if the session names another task or a call, and so has no segments of its own.</param>
internal sealed record SessionTask(string AccountSid, string TaskSid, IReadOnlyList<TaskRouterEvent> Events)
{
    /// <summary>The key of the task or call that the session names; null if it names none.</summary>
    private string? Named { get; init; }

    /// <summary>What the session shares with tasks, see <see cref="TaskLinks.Keys"/>.</summary>
    public IEnumerable<string> Keys() => Named is null ? [TaskLinks.KeyOf(TaskSid)] : [TaskLinks.KeyOf(TaskSid), Named];

    /// <summary>Tells a session as a task.</summary>
    /// <param name="accountSid">Its account.</param>
    /// <param name="record">The session.</param>
    /// <param name="events">Its events.</param>
    /// <param name="mapDispositions">Whether dispositions and the end become values of segments (INS-33).</param>
    public static SessionTask Of(string accountSid, SessionRecord record, IEnumerable<SessionEvent> events, bool mapDispositions)
    {
        var name = record.Name.ToString();
        if (record.TaskSid is not null || record.CallSid is not null)
            return new(accountSid, name, []) { Named = record.TaskSid is { } task ? TaskLinks.KeyOf(task) : TaskLinks.KeyOfCall(record.CallSid!) };
        var ignored = record.AfterEnd.ToHashSet(StringComparer.Ordinal);
        var counted = events.Where(current => !ignored.Contains(current.Key)).Order(SessionEvent.InOrder).ToList();
        return new(accountSid, name, new Teller(record, counted, mapDispositions).Tell());
    }

    /// <summary>An offer of the session to an agent.</summary>
    private sealed class Offer(string sid, long agentId)
    {
        public string Sid => sid;
        public long AgentId => agentId;
        public SessionEvent? Joined { get; set; }
        public SessionEvent? Left { get; set; }
        public SessionEvent? WrapUp { get; set; }
        public bool IsOver { get; set; }
    }

    private sealed class Teller(SessionRecord record, List<SessionEvent> events, bool mapDispositions)
    {
        private readonly List<(TaskRouterEvent Event, Offer? Offer)> _told = [];
        private readonly List<Offer> _offers = [];
        private readonly string _name = record.Name.ToString();
        private readonly SessionEvent? _end = events.Find(current => current.Type == SessionEventTypes.Ended);

        public List<TaskRouterEvent> Tell()
        {
            Add(events[0], EventTypes.TaskCreated, record.StartTime);
            foreach (var current in events)
                Apply(current);
            foreach (var offer in _offers.Where(offer => !offer.IsOver))
                Close(offer);
            if (_end is not null)
                Add(_end, IsAbandoned ? EventTypes.TaskCanceled : EventTypes.TaskCompleted, _end.Time);
            // What an event carries depends on all of them: what an agent noted later belongs to the earlier events too.
            return [.. _told.Select(told => told.Event with { Attributes = Attributes(told.Offer) })];
        }

        /// <summary>Whether the customer was waiting when the session ended.</summary>
        private bool IsAbandoned => events.FindLast(current => current.Type is SessionEventTypes.Queued or SessionEventTypes.Joined)?.Type == SessionEventTypes.Queued;

        private void Apply(SessionEvent current)
        {
            var open = _offers.FindLast(offer => offer.AgentId == current.AgentId && !offer.IsOver);
            switch (current.Type)
            {
                case SessionEventTypes.Queued:
                    Add(current, EventTypes.QueueEntered, current.Time);
                    break;
                case SessionEventTypes.Assigned:
                    // Whoever did not come before the next was chosen has missed the session.
                    foreach (var missed in _offers.Where(offer => offer is { Joined: null, IsOver: false }))
                        End(missed, current, EventTypes.ReservationTimeout, current.Time);
                    Begin(current);
                    break;
                case SessionEventTypes.Joined:
                    var joining = open is { Joined: null } ? open : Begin(current);
                    joining.Joined = current;
                    Add(current, EventTypes.ReservationAccepted, current.Time, joining);
                    break;
                case SessionEventTypes.Left when open is { Joined: not null }:
                    open.Left ??= current;
                    break;
                case SessionEventTypes.WrapUpStarted when open is { Joined: not null, WrapUp: null }:
                    open.WrapUp = current;
                    Add(current, EventTypes.ReservationWrapup, current.Time, open);
                    break;
                case SessionEventTypes.WrapUpStopped when open is { WrapUp: not null }:
                    End(open, current, EventTypes.ReservationCompleted, current.Time);
                    break;
            }
        }

        private Offer Begin(SessionEvent current)
        {
            // An agent who comes back has finished the time before.
            if (_offers.Find(offer => offer.AgentId == current.AgentId && offer is { Joined: not null, IsOver: false }) is { } before)
            {
                before.Left ??= current;
                End(before, before.Left, EventTypes.ReservationCompleted, before.Left.Time);
            }

            var offer = new Offer($"{_name}-{_offers.Count + 1}", current.AgentId!.Value);
            _offers.Add(offer);
            Add(current, EventTypes.ReservationCreated, current.Time, offer);
            return offer;
        }

        private void Close(Offer offer)
        {
            if (offer.Joined is null)
            {
                if (_end is not null)
                    End(offer, _end, EventTypes.ReservationCanceled, _end.Time);
            }
            else if (offer.WrapUp is { } wrapUp)
            {
                if (_end is not null)
                    End(offer, _end, EventTypes.ReservationCompleted, wrapUp.Time > _end.Time ? wrapUp.Time : _end.Time);
            }
            else if ((offer.Left ?? _end) is { } last)
            {
                End(offer, last, EventTypes.ReservationCompleted, last.Time);
            }
        }

        private void End(Offer offer, SessionEvent cause, string type, DateTimeOffset time)
        {
            offer.IsOver = true;
            Add(cause, type, time, offer);
        }

        private void Add(SessionEvent cause, string type, DateTimeOffset time, Offer? offer = null)
        {
            var queue = events.FindLast(other => other.Type == SessionEventTypes.Queued && other.Time <= time)?.Data;
            var agent = offer is null ? null : events.FindLast(other => other.AgentId == offer.AgentId && other.Data.Text("agent_custom_id") is not null);
            var told = new TaskRouterEvent
            {
                Key = $"{cause.Key}/{type}/{offer?.Sid}",
                Type = type,
                Time = time,
                TaskSid = _name,
                ReservationSid = offer?.Sid,
                WorkerSid = offer is null ? null : agent?.Data.Text("agent_custom_id") ?? offer.AgentId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                WorkerName = offer is null ? null : record.Agents.FirstOrDefault(known => known.Id == offer.AgentId)?.Name,
                QueueSid = queue?.Text("queue_id"),
                QueueName = queue?.Text("queue_path") ?? queue?.Text("queue_id"),
                TaskChannel = Channel,
            };
            _told.Add((told, offer));
        }

        private string Channel => record.Name.Kind == SessionKind.Call ? "voice" : record.SessionType?.Contains("SMS", StringComparison.Ordinal) == true ? "sms" : "chat";

        private TaskAttributes Attributes(Offer? offer)
        {
            var start = events.Find(current => current.Type == SessionEventTypes.Started)?.Data ?? SessionData.Empty;
            var disposition = !mapDispositions || offer is null ? null
                : events.FindLast(current => current.Type == SessionEventTypes.DispositionSubmitted && current.AgentId == offer.AgentId)?.Data;
            var isLast = offer is not null && _offers.FindLast(other => other.Joined is not null) == offer;
            var text = JsonSerializer.SerializeToUtf8Bytes(new
            {
                direction = start.Text("direction") ?? "inbound",
                from = start.Nested("end_user").Text("phone"),
                to = start.Text("support_number"),
                conversations = new
                {
                    outcome = disposition?.Text("code"),
                    content = disposition?.Text("note"),
                    hang_up_by = mapDispositions && isLast ? SessionForTask.HangUpBy(_end) : null,
                },
            });
            TaskAttributes.TryRead(text, out var attributes);
            return attributes;
        }
    }
}
