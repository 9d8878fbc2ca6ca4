using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// The segments of one task, worked out from all its events and nothing else, so that they are the same whatever the
/// order, number and batches in which the events came (INS-15).
/// </summary>
public sealed class TaskTimeline
{
    private readonly IReadOnlyList<TaskRouterEvent> _events;
    private readonly List<Segment> _segments = [];
    private readonly SegmentRules _rules;
    private readonly TaskSurroundings _surroundings;
    private readonly string? _workflow;
    private TaskRouterEvent? _lastSource;

    private TaskTimeline(IReadOnlyList<TaskRouterEvent> events, SegmentRules rules, TaskSurroundings surroundings)
    {
        _events = events;
        _rules = rules;
        _surroundings = surroundings;
        TaskChannel = Last(current => current.TaskChannel);
        _workflow = Last(current => current.Workflow);
        End = events.FirstOrDefault(current => current.Type is EventTypes.TaskCompleted or EventTypes.TaskCanceled)
            ?? events.FirstOrDefault(current => current.Type is EventTypes.TaskDeleted or EventTypes.TaskSystemDeleted);
        Links = surroundings.Links ?? TaskLinks.Of(events);
    }

    /// <summary>The task.</summary>
    public string TaskSid => _events[0].TaskSid;

    /// <summary>Its events, in order.</summary>
    public IReadOnlyList<TaskRouterEvent> Events => _events;

    /// <summary>Its segments, by start, then id.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Its waits in queues, in order.</summary>
    internal IReadOnlyList<Wait> Waits { get; private set; } = [];

    /// <summary>What became of its offers, in the order of their first events.</summary>
    internal IReadOnlyList<ReservationLife> Reservations { get; private set; } = [];

    /// <summary>Unique name of the task channel; null if no event told it.</summary>
    public string? TaskChannel { get; }

    /// <summary>What joins the task to others.</summary>
    public TaskLinks Links { get; }

    /// <summary>The event that ended the task; null while it lasts.</summary>
    public TaskRouterEvent? End { get; }

    /// <summary>When to work the task out again because events may be missing by then; null if none are (INS-68).</summary>
    public DateTimeOffset? CheckTime { get; private set; }

    /// <summary>Link of a recording that segments have and the task's attributes have not; null for none (INS-55).</summary>
    public string? RecordingToAttach { get; private set; }

    /// <summary>Works out the segments of a task.</summary>
    /// <param name="events">All distinct events of the task, at least one, in any order.</param>
    /// <param name="rules">Settings; those without configuration if null.</param>
    /// <param name="surroundings">What counts besides the events; nothing if null.</param>
    public static TaskTimeline Build(IEnumerable<TaskRouterEvent> events, SegmentRules? rules = null, TaskSurroundings? surroundings = null)
    {
        var timeline = new TaskTimeline([.. events.Order(TaskRouterEvent.InOrder)], rules ?? SegmentRules.Default, surroundings ?? TaskSurroundings.None);
        timeline.Build();
        return timeline;
    }

    private void Build()
    {
        var overdueTime = End?.Time + SegmentRules.MissingAfter;
        var overdue = overdueTime <= _surroundings.Now;
        var reservations = _events
            .Where(current => current.ReservationSid is not null && current.Type.StartsWith("reservation.", StringComparison.Ordinal))
            .GroupBy(current => current.ReservationSid!, (sid, events) => new ReservationLife(sid, [.. events], overdue).With(_surroundings.Activities, _rules.Activities))
            .ToList();
        CheckTime = !overdue && reservations.Exists(life => life.End is null) ? overdueTime : null;
        var waits = Wait.Find(_events);
        (Waits, Reservations) = (waits, reservations);
        var answered = waits.Where(wait => wait.Left == WaitEnd.Answered).ToDictionary(wait => wait.EndedBy!.Key);
        // The stated reason belongs to the last handling; a customer who gave up has the last word.
        var lastWait = waits.LastOrDefault(wait => wait.Left == WaitEnd.Abandoned);
        var lastHandling = reservations.Where(life => life.Accepted is not null).MaxBy(life => life.Accepted!, TaskRouterEvent.InOrder);
        var endsInWait = lastWait is not null && (lastHandling is null || lastHandling.Accepted!.IsBefore(lastWait.EndedBy!));

        _lastSource = endsInWait ? lastWait!.EndedBy : lastHandling is null ? null : SourceOf(lastHandling);
        foreach (var wait in waits)
        {
            var answerer = wait.Left == WaitEnd.Answered ? reservations.Find(life => life.ReservationSid == wait.EndedBy!.ReservationSid) : null;
            _segments.Add(OfWait(wait, answerer));
            if (wait.Left == WaitEnd.Abandoned)
                _segments.Add(OfAbandonedWait(wait, endsInWait && wait == lastWait));
        }

        foreach (var life in reservations)
        {
            if (life.Kind is { } kind)
            {
                var wait = life.Accepted is { } accepted ? answered.GetValueOrDefault(accepted.Key) : null;
                _segments.Add(OfReservation(life, kind, wait, !endsInWait && life == lastHandling));
            }
        }

        if ((endsInWait ? lastWait!.EndedBy : lastHandling?.End) is { } source)
            ApplyLateUpdates(source, endsInWait ? SegmentIds.OfAbandonedWait(lastWait!.StartedBy.Key) : SegmentIds.OfReservation(lastHandling!.ReservationSid));
        AttachRecording();
        foreach (var segment in _segments)
            SegmentTimes.Complete(segment);
        _segments.Sort((left, right) => left.StartTime.CompareTo(right.StartTime) is var byStart and not 0
            ? byStart
            : string.CompareOrdinal(left.SegmentId, right.SegmentId));
    }

    private void ApplyLateUpdates(TaskRouterEvent source, string lastId)
    {
        var updates = LateUpdates.Find(_events, source, End?.Time, _rules.LateWindow);
        for (var i = 0; i < _segments.Count; i++)
        {
            if (_segments[i].Kind == SegmentKind.Conversation || _segments[i].SegmentId == lastId)
                _segments[i] = updates.Apply(_segments[i], _segments[i].SegmentId == lastId);
        }
    }

    private void AttachRecording()
    {
        var sessions = _surroundings.Additions.Sessions;
        if (sessions.Count == 0)
            return;
        var link = SegmentRecording.LinkOf(sessions, _rules.Recordings);
        var permission = sessions.Select(session => session.RecordingPermission).LastOrDefault(given => given is not null);
        for (var i = 0; i < _segments.Count; i++)
        {
            if (_segments[i].Kind != SegmentKind.Conversation)
                continue;
            if (!_segments[i].Attributes.ContainsKey(SegmentRecording.Link))
                RecordingToAttach = link;
            _segments[i] = SegmentRecording.Apply(_segments[i], link, permission, _events[^1].RawEventId);
        }
    }

    private Segment OfWait(Wait wait, ReservationLife? answerer)
    {
        // A Queue segment shows what was known when the handling that ended it ended (INS-35). That handling reports what is wrong with it.
        var source = answerer?.End ?? answerer?.Created ?? wait.EndedBy ?? wait.StartedBy;
        var warnings = new SegmentWarnings();
        if (wait.EntryMissing)
            warnings.Add(wait.StartedBy, "queue_entry_missing");
        return Common(SegmentIds.OfWait(wait.StartedBy.Key), SegmentKind.Queue, source, wait.QueueSid, wait.QueueName, wait, null, false, _surroundings.Additions.Below(source, source == _lastSource, LastOfAgent(answerer)), new()) with
        {
            StartTime = wait.StartedBy.Time,
            EndTime = wait.EndedBy?.Time,
            QueueTime = wait.Time,
            Left = wait.Left,
            AbandonTime = wait.Left == WaitEnd.Abandoned ? wait.Time : null,
            AbandonReason = wait.Left == WaitEnd.Abandoned ? ReasonOf(wait) : null,
            Warnings = warnings.All,
        };
    }

    private Segment OfAbandonedWait(Wait wait, bool isLast)
    {
        var warnings = new SegmentWarnings();
        return Common(SegmentIds.OfAbandonedWait(wait.StartedBy.Key), SegmentKind.Conversation, wait.EndedBy!, wait.QueueSid, wait.QueueName, wait, null, isLast, _surroundings.Additions.Below(wait.EndedBy!, wait.EndedBy == _lastSource, null), warnings) with
        {
            QueueTime = wait.Time,
            AbandonTime = wait.Time,
            AbandonReason = ReasonOf(wait),
            Warnings = warnings.All,
        };
    }

    /// <summary>A handling after which the agent handled the task no more, else null: a session's word about an agent is about the last one (INS-33).</summary>
    private ReservationLife? LastOfAgent(ReservationLife? life) => life is not null && _surroundings.Additions.Sessions.Count > 0 && life == Reservations
        .Where(other => other.Accepted is not null && other.Last(current => current.WorkerSid) == life.Last(current => current.WorkerSid))
        .MaxBy(other => other.Accepted!, TaskRouterEvent.InOrder) ? life : null;

    private Segment OfReservation(ReservationLife life, SegmentKind kind, Wait? wait, bool isLast)
    {
        var source = SourceOf(life);
        var queueSid = life.Last(current => current.QueueSid) ?? wait?.QueueSid;
        var queueName = life.Last(current => current.QueueName) ?? wait?.QueueName;
        var warnings = new SegmentWarnings();
        if (kind == SegmentKind.Corrupted)
            warnings.Add(source, SegmentWarning.Corrupted, string.Join(' ', life.MissingEvents!));
        var segment = Common(SegmentIds.OfReservation(life.ReservationSid), kind, source, queueSid, queueName, wait, life, isLast, _surroundings.Additions.Below(source, source == _lastSource, LastOfAgent(life)), warnings) with
        {
            StartTime = (kind is SegmentKind.Conversation or SegmentKind.ConversationInProgress ? life.Accepted! : life.Created ?? life.Accepted ?? source).Time,
            EndTime = life.End?.Time ?? (kind == SegmentKind.Corrupted ? End?.Time : null),
            MissingEvents = life.MissingEvents,
        };
        return (kind switch
        {
            SegmentKind.MissedConversation or SegmentKind.RejectedConversation => segment with
            {
                RingTime = Between(life.Created!, life.End!, warnings),
                TalkTime = Measure.Zero,
                MissedReason = kind == SegmentKind.MissedConversation ? life.MissedReason : null,
            },
            SegmentKind.ConversationInProgress =>
                segment with { QueueTime = wait?.Time, RingTime = life.Created is { } created ? Between(created, life.Accepted!, warnings) : null },
            SegmentKind.Conversation => segment with
            {
                QueueTime = wait?.Time,
                RingTime = Between(life.Created!, life.Accepted!, warnings),
                TalkTime = Between(life.Accepted!, life.WrapUp ?? life.End!, warnings),
                WrapUpTime = life.WrapUp is { } wrapUp ? Between(wrapUp, life.End!, warnings) : Measure.Zero,
            },
            _ => segment,
        }) with
        { Warnings = warnings.All };
    }

    private Segment Common(
        string id, SegmentKind kind, TaskRouterEvent source, string? queueSid, string? queueName, Wait? wait, ReservationLife? life, bool isLast, IReadOnlyList<FieldValues> below,
        SegmentWarnings warnings)
    {
        var abandoned = life is null && wait?.Left == WaitEnd.Abandoned;
        var stated = isLast ? End?.Reason : null;
        var worker = life?.Events.LastOrDefault(current => current.Worker.Values.Count > 0)?.Worker ?? WorkerAttributes.Empty;
        var defaults = new SegmentDefaults(
            TaskChannel, queueSid, queueName, _workflow, life?.Last(current => current.WorkerActivity), worker, stated, abandoned,
            abandoned && wait!.Time?.Seconds < _rules.ShortQueueSeconds, _rules.ReportForeignAttributes);
        var fields = SegmentAttributes.Of(id, source, defaults, new(below, []), warnings);
        var corrections = _surroundings.Additions.CorrectionsOf(id);
        var shown = new List<SegmentCorrection>(corrections.Count);
        for (var count = 1; count <= corrections.Count; count++)
        {
            var corrected = SegmentAttributes.Of(id, source, defaults, new(below, [.. corrections.Take(count)]), new());
            shown.Add(SegmentCorrection.Of(corrections[count - 1], fields));
            fields = corrected;
        }

        return new()
        {
            SegmentId = id,
            Kind = kind,
            TaskSid = TaskSid,
            ReservationSid = life?.ReservationSid,
            AgentSid = life?.Last(current => current.WorkerSid),
            AgentName = life?.Last(current => current.WorkerName),
            QueueSid = queueSid,
            TaskChannel = TaskChannel,
            StartTime = source.Time,
            EndTime = source.Time,
            EndReason = stated,
            EndedAs = !isLast ? null : End?.Type switch
            {
                EventTypes.TaskCompleted => Conversations.EndedAs.Completed,
                EventTypes.TaskCanceled => Conversations.EndedAs.Canceled,
                _ => null,
            },
            Attributes = fields.Attributes,
            Labels = fields.Labels,
            Measures = fields.Measures,
            Corrections = shown.Count > 0 ? shown : null,
            TransferSid = wait?.StartedBy.TransferSid,
            PreviousTaskSid = Links.PreviousTaskSid,
        };
    }

    private static TaskRouterEvent SourceOf(ReservationLife life) => life.End ?? life.Created ?? life.Accepted ?? life.Events[0];

    private AbandonReason ReasonOf(Wait wait)
    {
        const string TaskTtlExceeded = "Task TTL Exceeded";
        var end = wait.EndedBy!;
        if (end.Type == EventTypes.TransferFailed)
            return Conversations.AbandonReason.TransferFailed;
        if (TaskTtlExceeded.Equals(end.Reason, StringComparison.OrdinalIgnoreCase) || end.Description?.Contains(TaskTtlExceeded, StringComparison.OrdinalIgnoreCase) == true)
            return Conversations.AbandonReason.TaskTtl;
        if (_events.Any(current => current.Type == EventTypes.WorkflowTimeout && wait.StartedBy.IsBefore(current) && current.Time <= end.Time))
            return Conversations.AbandonReason.WorkflowTimeout;
        return end.Reason is { } reason && !reason.Equals("hangup", StringComparison.OrdinalIgnoreCase)
            ? Conversations.AbandonReason.CanceledByApi
            : Conversations.AbandonReason.CustomerHangUp;
    }

    private static Measure Between(TaskRouterEvent start, TaskRouterEvent end, SegmentWarnings warnings)
    {
        if (end.Time < start.Time)
            warnings.Add(end, "negative_duration");
        return Measure.Between(start.Time, end.Time);
    }

    private string? Last(Func<TaskRouterEvent, string?> select) => _events.Reverse().Select(select).FirstOrDefault(value => value is not null);
}
