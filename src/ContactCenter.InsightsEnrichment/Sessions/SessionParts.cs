namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What the events tell about agents; the latest word counts.</summary>
internal sealed class People
{
    private readonly Dictionary<long, Handler> _handlers = [];
    private readonly Dictionary<long, string?> _customIds = [];
    private readonly Dictionary<long, string?> _middleNames = [];

    public void Note(SessionEvent current)
    {
        if (current.AgentId is not { } id)
            return;
        var data = current.Data;
        var known = _handlers.GetValueOrDefault(id) ?? new Handler { Id = id };
        var (first, last) = (data.Text("agent_first_name") ?? known.FirstName, data.Text("agent_last_name") ?? known.LastName);
        _handlers[id] = known with
        {
            AgentNumber = data.Text("agent_number") ?? known.AgentNumber,
            Email = data.Text("agent_email") ?? known.Email,
            FirstName = first,
            LastName = last,
            Name = data.Text("agent_name") ?? known.Name ?? (first is not null && last is not null ? $"{first} {last}" : null),
            AvatarUrl = data.Text("agent_avatar_url") ?? known.AvatarUrl,
        };
        _customIds[id] = data.Text("agent_custom_id") ?? _customIds.GetValueOrDefault(id);
        _middleNames[id] = data.Text("agent_middle_name") ?? _middleNames.GetValueOrDefault(id);
    }

    public Handler Handler(long id) => _handlers.GetValueOrDefault(id) ?? new Handler { Id = id };

    public string? MiddleName(long id) => _middleNames.GetValueOrDefault(id);

    public SessionAgent Agent(long id)
    {
        var handler = Handler(id);
        return new(id, _customIds.GetValueOrDefault(id), handler.Email, handler.Name);
    }
}

/// <summary>A time that an agent spent in a session, or in the wrap-up after it.</summary>
internal sealed class AgentPart(SessionEvent joined, SessionEvent? assigned, long? transferId, TransferPart? transfer, Place place)
{
    private DateTimeOffset? _holdStart;

    public SessionEvent Joined { get; } = joined;

    public SessionEvent? Assigned { get; } = assigned;

    public long? TransferId { get; } = transferId;

    public TransferPart? Transfer { get; } = transfer;

    public Place Place { get; } = place;

    public long AgentId => Joined.AgentId!.Value;

    public DateTimeOffset? Left { get; private set; }

    public int? HoldSeconds { get; private set; }

    public void Hold(SessionEvent current)
    {
        if (current.Type == SessionEventTypes.HoldStarted)
            _holdStart ??= current.Time;
        else
            EndHold(current.Time);
    }

    public void Leave(SessionEvent current)
    {
        if (Left is not null)
            return;
        EndHold(current.Time);
        Left = current.Time;
    }

    private void EndHold(DateTimeOffset time)
    {
        if (_holdStart is { } start)
            HoldSeconds = (HoldSeconds ?? 0) + SessionBuilder.Seconds(start, time);
        _holdStart = null;
    }
}

/// <summary>A time that a virtual agent spent in a session.</summary>
internal sealed class VirtualPart(SessionEvent joined, Place place)
{
    public SessionEvent Joined { get; } = joined;

    public Place Place { get; } = place;

    public SessionEvent? Left { get; private set; }

    /// <summary>What it said when it left; as long as it is there, when it came.</summary>
    public SessionData Data => (Left ?? Joined).Data;

    public Handler Handler => Of(Joined.Data.Nested("virtual_agent"));

    public void Leave(SessionEvent current) => Left = current;

    public static Handler Of(SessionData data) => new()
    {
        Id = data.Number("id") ?? 0,
        Name = data.Text("name"),
        VaAlias = data.Text("va_alias"),
        AvatarUrl = data.Text("avatar_url"),
    };
}

/// <summary>A stay in a queue.</summary>
internal sealed class QueueStay(SessionEvent entered, Place place)
{
    public SessionEvent Entered { get; } = entered;

    public Place Place { get; } = place;

    public DateTimeOffset? Left { get; private set; }

    public long? AgentId { get; private set; }

    public long? Priority => Entered.Data.Number("priority");

    public void Leave(SessionEvent current, long? agentId) => (Left, AgentId) = (current.Time, agentId);
}

/// <summary>A transfer in the making.</summary>
internal sealed class TransferPart(SessionEvent first, Place place, long? priority)
{
    private SessionEvent? _queued;
    private SessionEvent? _failed;
    private Place? _to;

    public bool? IsCold { get; private set; }

    private DateTimeOffset? Assigned { get; set; }

    private SessionEvent? Connected { get; set; }

    private DateTimeOffset Updated { get; set; } = first.Time;

    private SessionEvent First { get; } = first;

    public void Queue(SessionEvent current, Place place)
    {
        _queued ??= current;
        _to = place;
        Touch(current);
    }

    public void Assign(SessionEvent current)
    {
        Assigned ??= current.Time;
        Touch(current);
    }

    public void Connect(SessionEvent current)
    {
        Connected ??= current;
        Touch(current);
    }

    public void Apply(SessionEvent current)
    {
        IsCold = current.Data.Flag("cold") ?? IsCold;
        if (current.Type == SessionEventTypes.TransferFailed)
            _failed = current;
        Touch(current);
    }

    public void Touch(SessionEvent current) => Updated = current.Time > Updated ? current.Time : Updated;

    public SessionTransfer Render(long id, bool isCall, People people)
    {
        var duration = Connected is { } connected ? SessionBuilder.Seconds(connected.Time, Updated) : 0;
        var data = First.Data;
        return new()
        {
            Id = id,
            Status = _failed is not null ? "failed" : Connected is not null ? "transferred" : Assigned is not null ? "assigned" : "queued",
            FailReason = _failed?.Data.Text("fail_reason") ?? "nothing",
            CreatedAt = First.Time,
            AssignedAt = Assigned,
            ConnectedAt = Connected?.Time,
            UpdatedAt = Updated,
            CallDuration = isCall ? duration : null,
            ChatDuration = isCall ? null : duration,
            WaitDuration = Assigned is { } assigned ? SessionBuilder.Seconds(First.Time, assigned) : 0,
            Deflection = "no_deflection",
            FromMenuPath = place.Path,
            ToMenuPath = _to?.Path,
            FromAgent = data.Number("from_agent_id") is { } from ? people.Handler(from) : null,
            ToAgent = (Connected?.AgentId ?? data.Number("to_agent_id")) is { } to ? people.Handler(to) : null,
            FromVirtualAgent = data.Number("from_virtual_agent_id") is { } fromVirtual ? new() { Id = fromVirtual, VaAlias = null } : null,
            ToVirtualAgent = data.Number("to_virtual_agent_id") is { } toVirtual ? new() { Id = toVirtual, VaAlias = null } : null,
            FromQueuePriorityLevel = priority,
            ToQueuePriorityLevel = _queued?.Data.Number("priority"),
        };
    }
}

/// <summary>A recording in the making.</summary>
internal sealed class RecordingPart(SessionEvent started)
{
    private readonly List<RedactionTime> _redactions = [];

    public SessionEvent Started { get; } = started;

    public DateTimeOffset? Stopped { get; private set; }

    public void Stop(SessionEvent current) => Stopped ??= current.Time;

    public void Redact(SessionEvent current)
    {
        if (current.Type == SessionEventTypes.RedactionStarted)
            _redactions.Add(new() { Start = current.Time, StartAgentId = current.AgentId });
        else if (_redactions is [.., { End: null } open])
            _redactions[^1] = open with { End = current.Time, EndAgentId = current.AgentId, Duration = Math.Round((decimal)(current.Time - open.Start!.Value).TotalSeconds, 2) };
    }

    public Recording Render(long callId, DateTimeOffset until) => new()
    {
        Id = Started.Data.Number("recording_id")!.Value,
        CallId = callId,
        ConferenceSid = Started.Data.Text("conference_sid"),
        Duration = SessionBuilder.Seconds(Started.Time, Stopped ?? until),
        RecordingType = Started.Data.Text("recording_type") ?? "default",
        RedactionTimes = _redactions,
        StartedAt = Started.Time,
    };
}
