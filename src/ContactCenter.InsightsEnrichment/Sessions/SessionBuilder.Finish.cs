using System.Globalization;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>The second half: what was noted becomes the document.</summary>
internal sealed partial class SessionBuilder
{
    private const string NoDeflection = "no_deflection";

    private void Finish(string? type)
    {
        var until = _events.Max(current => current.Time);
        if (_end is { } end)
        {
            _queues.Find(stay => stay.Left is null)?.Leave(end, null);
            foreach (var part in _parts)
                part.Leave(end);
        }

        var legacy = type is null ? null : SessionTypes.LegacyOf(type);
        var handled = HandleDurations();
        var waits = QueueDurations();
        var participants = Participants();
        var data = _start?.Data ?? SessionData.Empty;
        var total = handled.Sum(row => (row.CallDuration ?? row.ChatDuration ?? 0) + row.AcwDuration);
        _document = _document with
        {
            Lang = data.Text("lang"),
            CallType = IsCall ? legacy : null,
            ChatType = IsCall ? null : legacy,
            SessionType = legacy,
            SessionTypeV2 = type,
            Status = _end?.Data.Text("status") ?? StatusNow(),
            CreatedAt = StartTime,
            QueuedAt = _queues.FirstOrDefault()?.Entered.Time,
            ConnectedAt = Earliest(_parts.FirstOrDefault()?.Joined, _virtualParts.FirstOrDefault()?.Joined),
            EndsAt = _end?.Time,
            ScheduledAt = data.Time("scheduled_time"),
            UpdatedAt = until,
            WaitDuration = waits.Sum(row => row.Duration),
            CallDuration = IsCall ? total : null,
            ChatDuration = IsCall ? null : total,
            HoldDuration = IsCall ? handled.Sum(row => row.HoldDuration ?? 0) : null,
            HasFeedback = _document.Feedback is not null,
            VoipProvider = IsCall ? "deprecated" : null,
            Verified = _document.Verified || (data.Flag("verified") ?? false),
            RecordingPermission = IsCall ? _document.RecordingPermission ?? "not_asked" : null,
            VoicemailReason = IsCall ? _end?.Data.Text("voicemail_reason") ?? "not_voicemail" : null,
            Deflection = IsCall ? _end?.Data.Text("deflection") ?? NoDeflection : null,
            DisconnectedBy = _end?.Data.Text("disconnected_by"),
            FailReason = _end?.Data.Text("fail_reason") ?? (IsCall ? Nothing : null),
            FailDetails = _end?.Data.Text("fail_details"),
            ProviderType = data.Text("provider_type"),
            ProviderChannelId = data.Text("provider_channel_id"),
            SupportNumber = data.Text("support_number"),
            SelectedMenu = _place.Menu,
            MenuPath = _place.Path,
            QueuePriorityLevel = _queues.LastOrDefault()?.Priority,
            AgentInfo = LastHandler(),
            EndUser = EndUserOf(data.Nested("end_user")),
            Photos = MediaOf("photo"),
            Videos = MediaOf("video"),
            Transfers = [.. _transfers.OrderBy(pair => pair.Key).Select(pair => pair.Value.Render(pair.Key, IsCall, _people))],
            Escalations = Escalations(),
            HandleDurations = handled,
            QueueDurations = waits,
            VirtualAgentDeflectedEscalations = DeflectedEscalations(),
            VirtualAgentHandleDurations = VirtualHandleDurations(),
            ConsumerHandleDurations = ConsumerHandleDurations(),
            ConsumerEventDurations = Numbered(_surveys),
            ConsumerInMenuDurations = Numbered(_menus),
            Participants = participants,
            Recordings = [.. _recordings.OrderBy(pair => pair.Key).Select(pair => pair.Value.Render(_name.Id, _end?.Time ?? until))],
            OfferEvents = _offers,
            OutboundNumber = data.Text("outbound_number"),
            Dispositions = [.. _dispositions.Select(given => given with
            {
                ParticipantId = participants.LastOrDefault(one => one.UserId == given.UserId && given.UserId is not null)?.Id,
            })],
            Email = data.Nested("end_user").Text("email"),
        };
        if (!IsCall)
            AddMessages();
    }

    private string StatusNow()
    {
        if (_end is not null)
            return "finished";
        if (_parts.Count > 0 || _virtualParts.Count > 0)
            return IsCall ? "connected" : "assigned";
        return _lastAssigned is not null ? "assigned"
            : _queues.Count > 0 ? "queued"
            : _start?.Data.Time("scheduled_time") is not null ? "scheduled"
            : IsCall ? "selecting" : "queued";
    }

    private List<HandleDuration> HandleDurations() => [.. _parts.Concat(_wrapUps).Where(part => part.Left is not null)
        .OrderBy(part => part.Joined.Time).ThenBy(part => part.Left).ThenBy(part => part.Joined.Key, StringComparer.Ordinal)
        .Select((part, index) => HandleDurationOf(part, index + 1))];

    private HandleDuration HandleDurationOf(AgentPart part, long id)
    {
        var seconds = Seconds(part.Joined.Time, part.Left!.Value);
        var isWrapUp = part.Joined.Type == SessionEventTypes.WrapUpStarted;
        var talk = isWrapUp ? 0 : seconds;
        var row = new HandleDuration
        {
            Id = id,
            AgentId = part.AgentId,
            AcwDuration = isWrapUp ? seconds : 0,
            BcwDuration = IsCall ? 0 : null,
            CallDuration = IsCall ? talk : null,
            ChatDuration = IsCall ? null : talk,
            MenuPathId = part.Place.PathId,
            MenuPath = part.Place.Path?.Name,
            Lang = Language(part.Joined),
            Barged = IsCall ? part.Joined.Data.Flag("barged") ?? false : null,
            Transfer = part.TransferId is not null,
            TransferId = part.TransferId,
            TransferCold = isWrapUp ? null : part.Transfer?.IsCold,
            StartedAt = part.Joined.Time,
            EndedAt = part.Left.Value,
            ScheduledAt = _start?.Data.Time("scheduled_time"),
            HoldDuration = isWrapUp || !IsCall ? null : part.HoldSeconds ?? 0,
            AssignedConnectionDuration = part.Assigned is { } assigned ? Seconds(assigned.Time, part.Joined.Time) : 0,
        };
        if (IsCall)
            return row;
        var times = isWrapUp ? [] : ResponseTimes(SessionEventTypes.MessageOutbound).Where(answer => answer.Time >= part.Joined.Time && answer.Time <= part.Left).Select(answer => answer.Seconds).ToList();
        return row with
        {
            ResponseCount = times.Count,
            ResponseTimeTotal = times.Sum(),
            ResponseTimeMax = times.DefaultIfEmpty().Max(),
            ResponseTimeAvg = Average(times, 1).ToString("0.0", CultureInfo.InvariantCulture),
        };
    }

    private List<QueueDuration> QueueDurations() => [.. _queues.Where(stay => stay.Left is not null).Select((stay, index) =>
    {
        var data = stay.Entered.Data;
        var seconds = Seconds(stay.Entered.Time, stay.Left!.Value);
        var target = data.Number("service_level_target_time");
        return new QueueDuration
        {
            Id = index + 1,
            AgentId = stay.AgentId,
            EndedAt = stay.Left.Value,
            Lang = Language(stay.Entered),
            MenuPathId = stay.Place.PathId,
            MenuPath = stay.Place.Path?.Name,
            Duration = seconds,
            StartedAt = stay.Entered.Time,
            TransferCold = stay.Entered.TransferId is { } id ? _transfers.GetValueOrDefault(id)?.IsCold : null,
            Transfer = stay.Entered.TransferId is not null,
            TransferId = stay.Entered.TransferId,
            ServiceLevelAbandonTimeThreshold = data.Number("abandon_threshold"),
            ServiceLevelEvent = target is null ? null : seconds <= target ? "in_sla" : "out_sla",
            ServiceLevelTargetPercent = data.Number("service_level_target_percent"),
            ServiceLevelTargetTime = target,
        };
    })];

    private Handler? LastHandler()
    {
        var person = _parts.LastOrDefault();
        var virtualPart = _virtualParts.LastOrDefault();
        return person is not null && (virtualPart is null || SessionEvent.InOrder.Compare(person.Joined, virtualPart.Joined) > 0)
            ? _people.Handler(person.AgentId)
            : virtualPart?.Handler;
    }

    private static EndUser? EndUserOf(SessionData user) =>
        user.Number("id") is null && user.Text("identifier") is null ? null : new(user.Number("id"), user.Text("identifier"), null);

    private List<MediaItem> MediaOf(string kind) => [.. _media.Where(media => kind.Equals(media.Event.Data.Text("kind"), StringComparison.OrdinalIgnoreCase))
        .Select(media => media.Item).OrderBy(item => item.Id.Length).ThenBy(item => item.Id, StringComparer.Ordinal)];

    private AgentPart? NextPart(VirtualPart part) => _parts.Find(candidate => candidate.Joined.Time >= part.Left!.Time);

    private IEnumerable<VirtualPart> Escalating => _virtualParts.Where(part => part.Left?.Data.Text("escalation_reason") is not null);

    private List<Escalation> Escalations() => [.. Escalating.Select((part, index) =>
    {
        var next = NextPart(part);
        return new Escalation
        {
            Id = index + 1,
            Status = next is null ? "escalating" : "escalated",
            Reason = part.Data.Text("escalation_reason"),
            CreatedAt = part.Left!.Time,
            EscalatedAt = next?.Joined.Time,
            FromVirtualAgent = part.Handler,
            ToAgent = next is null ? null : _people.Handler(next.AgentId),
            FromMenuPath = part.Place.Path,
            ToMenuPath = (next?.Place ?? _place).Path,
        };
    })];

    private List<DeflectedEscalation> DeflectedEscalations() =>
        _end?.Data.Text("deflection") is { } deflection && deflection != NoDeflection
            ? [.. Escalating.Index().Where(found => NextPart(found.Item) is null).Select((found, index) => new DeflectedEscalation(
                index + 1, found.Item.Handler, deflection, found.Index + 1, found.Item.Data.Text("escalation_reason"), found.Item.Place.PathId,
                found.Item.Place.Path?.Name, Language(found.Item.Joined), found.Item.Left!.Time))]
            : [];

    private List<VirtualAgentHandleDuration> VirtualHandleDurations() => [.. _virtualParts.Where(part => (part.Left ?? _end) is not null).Select((part, index) =>
    {
        var left = (part.Left ?? _end)!.Time;
        var seconds = Seconds(part.Joined.Time, left);
        return new VirtualAgentHandleDuration
        {
            Id = index + 1,
            VirtualAgent = part.Handler,
            CallDuration = IsCall ? seconds : null,
            ChatDuration = IsCall ? null : seconds,
            EscalationReason = part.Data.Text("escalation_reason"),
            FinishReason = part.Data.Text("finish_reason"),
            Sentiment = part.Data.Number("sentiment"),
            ResponseCount = part.Data.Number("response_count"),
            FallbackResponseCount = part.Data.Number("fallback_response_count"),
            InitiatedBy = part.Joined.Data.Text("initiated_by"),
            MenuPathId = part.Place.PathId,
            MenuPath = part.Place.Path?.Name,
            Lang = Language(part.Joined),
            Transfer = part.Joined.TransferId is not null,
            TransferId = part.Joined.TransferId,
            StartedAt = part.Joined.Time,
            EndedAt = left,
        };
    })];

    private List<ConsumerHandleDuration> ConsumerHandleDurations()
    {
        if (_start is null || _end is null)
            return [];
        var seconds = Seconds(_start.Time, _end.Time);
        var row = new ConsumerHandleDuration { Id = 1, StartedAt = _start.Time, EndedAt = _end.Time };
        if (IsCall)
            return [row with { CallDuration = seconds, HoldDuration = _parts.Sum(part => part.HoldSeconds ?? 0) }];
        var times = ResponseTimes(SessionEventTypes.MessageInbound).Select(answer => answer.Seconds).ToList();
        return
        [
            row with
            {
                ChatDuration = seconds,
                MessageCount = _events.Count(current => current.Type == SessionEventTypes.MessageInbound),
                ResponseCount = times.Count,
                ResponseTimeTotal = times.Sum(),
                ResponseTimeMax = times.DefaultIfEmpty().Max(),
                ResponseTimeAvg = Average(times, 1),
            },
        ];
    }

    private void AddMessages()
    {
        var messages = _events.FindAll(current => current.Type is SessionEventTypes.MessageInbound or SessionEventTypes.MessageOutbound);
        var times = ResponseTimes(SessionEventTypes.MessageOutbound).Select(answer => answer.Seconds).ToList();
        _document = _document with
        {
            FirstMsgSentAt = messages.FirstOrDefault()?.Time,
            LastMsgSentAt = messages.LastOrDefault()?.Time,
            MessageCount = messages.Count,
            AverageResponseTime = Average(times, 1),
            LongestResponseTime = times.DefaultIfEmpty().Max(),
            Transcript = false,
            AfterHours = false,
        };
    }

    /// <summary>How long one side took to answer the other: each run of messages of a side is one answer.</summary>
    private IEnumerable<(DateTimeOffset Time, int Seconds)> ResponseTimes(string answer)
    {
        SessionEvent? asked = null;
        foreach (var current in _events.Where(current => current.Type is SessionEventTypes.MessageInbound or SessionEventTypes.MessageOutbound))
        {
            if (current.Type != answer)
            {
                asked ??= current;
            }
            else if (asked is not null)
            {
                yield return (current.Time, Seconds(asked.Time, current.Time));
                asked = null;
            }
        }
    }

    private static List<ConsumerEventDuration> Numbered(List<ConsumerEventDuration> rows) => [.. rows.Select((row, index) => row with { Id = index + 1 })];

    private static DateTimeOffset? Earliest(SessionEvent? left, SessionEvent? right) =>
        left is null ? right?.Time : right is null || left.Time < right.Time ? left.Time : right.Time;

    private static decimal Average(List<int> times, int decimals) => times.Count == 0 ? 0 : Math.Round((decimal)times.Sum() / times.Count, decimals);
}
