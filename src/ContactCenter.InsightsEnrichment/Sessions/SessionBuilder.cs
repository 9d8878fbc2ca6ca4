namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Goes through the events of a session once, in their order, and notes what each adds to the record (table 2.2a).</summary>
internal sealed partial class SessionBuilder
{
    private const string Nothing = "nothing";

    private readonly SessionName _name;
    private readonly List<SessionEvent> _events;
    private readonly List<string> _afterEnd = [];
    private readonly SessionEvent? _start;
    private readonly SessionEvent? _end;

    private readonly People _people = new();
    private readonly List<AgentPart> _parts = [];
    private readonly List<AgentPart> _wrapUps = [];
    private readonly List<VirtualPart> _virtualParts = [];
    private readonly List<QueueStay> _queues = [];
    private readonly Dictionary<long, TransferPart> _transfers = [];
    private readonly Dictionary<long, RecordingPart> _recordings = [];
    private readonly List<SessionEvent> _added = [];
    private readonly List<Disposition> _dispositions = [];
    private readonly List<ConsumerEventDuration> _surveys = [];
    private readonly List<ConsumerEventDuration> _menus = [];
    private readonly List<OfferEvent> _offers = [];
    private readonly List<TranscriptEntry> _transcript = [];
    private readonly List<(SessionEvent Event, MediaItem Item)> _media = [];
    private readonly Dictionary<string, SessionEvent> _openSurveys = new(StringComparer.OrdinalIgnoreCase);

    private SessionDocument _document;
    private Place _place = new(null, null, null);
    private SessionEvent? _lastAssigned;

    /// <summary>Prepares a record.</summary>
    public SessionBuilder(SessionName name, IEnumerable<SessionEvent> events)
    {
        _name = name;
        var ordered = events.Order(SessionEvent.InOrder).ToList();
        _end = ordered.Find(current => current.Type == SessionEventTypes.Ended);
        _events = ordered.FindAll(current =>
            _end is null || current == _end || (current.Time <= _end.Time && current.Type != SessionEventTypes.Ended) || SessionEventTypes.CountAfterEnd(current.Type));
        _start = _events.Find(current => current.Type == SessionEventTypes.Started);
        _afterEnd.AddRange(ordered.Except(_events).Select(current => current.Key));
        _document = new() { Id = name.Id };
    }

    private bool IsCall => _name.Kind == SessionKind.Call;

    /// <summary>Makes the record.</summary>
    public SessionRecord Build()
    {
        foreach (var current in _events)
        {
            _people.Note(current);
            Apply(current);
        }

        var given = _start?.Data.Text("session_type");
        var type = given is null ? null : SessionTypes.Find(given) ?? given;
        Finish(type);
        return new()
        {
            Name = _name,
            AccountSid = (_start ?? _events[0]).AccountSid,
            HasStart = _start is not null,
            SessionType = type,
            StartTime = StartTime,
            EndTime = _end?.Time,
            TaskSid = Last("task_sid"),
            CallSid = Last("call_sid"),
            Direction = _start?.Data.Text("direction"),
            Agents = [.. _parts.Select(part => part.AgentId).Distinct().Select(_people.Agent)],
            Document = _document,
            Transcript = _transcript,
            AfterEnd = _afterEnd,
        };
    }

    private DateTimeOffset StartTime => (_start ?? _events[0]).Time;

    private void Apply(SessionEvent current)
    {
        var data = current.Data;
        switch (current.Type)
        {
            case SessionEventTypes.MenuSelected:
                EnterMenu(current);
                break;
            case SessionEventTypes.Queued:
                EnterQueue(current);
                break;
            case SessionEventTypes.OfferMade:
                _offers.Add(new(current.Time, data.Text("group")));
                _document = _document with { OfferType = data.Text("offer_type") ?? _document.OfferType };
                break;
            case SessionEventTypes.Assigned:
                Assign(current);
                break;
            case SessionEventTypes.Joined:
                Join(current);
                break;
            case SessionEventTypes.Left:
                Leave(current);
                break;
            case SessionEventTypes.HoldStarted or SessionEventTypes.HoldStopped:
                _parts.FindLast(part => part.AgentId == current.AgentId && part.Left is null)?.Hold(current);
                break;
            case SessionEventTypes.WrapUpStarted:
                StartWrapUp(current);
                break;
            case SessionEventTypes.WrapUpStopped:
                StopWrapUp(current);
                break;
            case SessionEventTypes.VirtualJoined:
                _virtualParts.Add(new(current, _place));
                break;
            case SessionEventTypes.VirtualLeft:
                _virtualParts.FindLast(part => part.Left is null)?.Leave(current);
                break;
            case SessionEventTypes.TransferStarted or SessionEventTypes.TransferCompleted or SessionEventTypes.TransferFailed:
                ApplyTransfer(current);
                break;
            case SessionEventTypes.PartyAdded:
                _added.Add(current);
                break;
            case SessionEventTypes.RecordingStarted:
                // The document knows recordings by number.
                if (data.Number("recording_id") is { } recording)
                    _recordings.TryAdd(recording, new(current));
                _document = _document with { RecordingPermission = data.Text("permission") ?? _document.RecordingPermission };
                break;
            case SessionEventTypes.RecordingStopped:
                if (data.Number("recording_id") is { } stopped)
                    _recordings.GetValueOrDefault(stopped)?.Stop(current);
                break;
            case SessionEventTypes.RedactionStarted or SessionEventTypes.RedactionStopped:
                RecordingOf(data.Number("recording_id"))?.Redact(current);
                break;
            case SessionEventTypes.MessageInbound or SessionEventTypes.MessageOutbound:
                _transcript.Add(TranscriptEntry.OfMessage(current, _people));
                break;
            case SessionEventTypes.MediaAdded:
                AddMedia(current);
                break;
            case SessionEventTypes.SurveyStarted:
                _openSurveys[data.Text("survey_type")!] = current;
                break;
            case SessionEventTypes.SurveyFinished:
                FinishSurvey(current);
                break;
            case SessionEventTypes.UserVerified:
                _document = _document with { Verified = data.Flag("verified") ?? true };
                break;
            case SessionEventTypes.RatingSubmitted:
                _document = _document with { Rating = data.Number("rating"), Feedback = data.Text("feedback") };
                break;
            case SessionEventTypes.DispositionSubmitted:
                AddDisposition(current);
                break;
        }

        _document = _document with
        {
            CustomDataSecured = data.Element("custom_data_secured") ?? _document.CustomDataSecured,
            CustomDataNotSecured = data.Element("custom_data_not_secured") ?? _document.CustomDataNotSecured,
            SipHeaders = data.Element("custom_sip_headers") ?? _document.SipHeaders,
            SmartActionText = data.Text("smart_action_text") ?? _document.SmartActionText,
        };
    }

    private void EnterMenu(SessionEvent current)
    {
        var path = PathOf(current.Data.Nested("menu_path"));
        _place = new(MenuOf(current.Data.Nested("menu")), path, current.Data.Nested("menu_path").Number("id"));
        if (current.Data.Time("entered_time") is { } entered && current.Data.Time("left_time") is { } left)
            _menus.Add(new(0, Seconds(entered, left), null, "finished", _place.PathId, path?.Name, Language(current), entered, left));
    }

    private void EnterQueue(SessionEvent current)
    {
        _queues.Find(stay => stay.Left is null)?.Leave(current, null);
        if (PathOf(current.Data.Nested("menu_path")) is { } path)
            _place = _place with { Path = path, PathId = current.Data.Nested("menu_path").Number("id") };
        else if (current.Data.Text("queue_path") is { } named && named != _place.Path?.Name)
            _place = new(null, new(named.Split('/').Length, named, null), null);
        _queues.Add(new(current, _place));
        if (current.TransferId is { } id && _transfers.GetValueOrDefault(id) is { } transfer)
            transfer.Queue(current, _place);
    }

    private void Assign(SessionEvent current)
    {
        _lastAssigned = current;
        _queues.Find(stay => stay.Left is null)?.Leave(current, current.AgentId);
        _document = _document with
        {
            AssignedAt = _document.AssignedAt ?? current.Time,
            AnswerType = current.Data.Text("answer_type") ?? _document.AnswerType,
        };
        if (current.TransferId is { } id)
            _transfers.GetValueOrDefault(id)?.Assign(current);
    }

    private void Join(SessionEvent current)
    {
        _queues.Find(stay => stay.Left is null)?.Leave(current, current.AgentId);
        var assigned = _lastAssigned?.AgentId == current.AgentId ? _lastAssigned : null;
        var transferId = current.TransferId ?? assigned?.TransferId;
        var transfer = transferId is { } id ? _transfers.GetValueOrDefault(id) : null;
        _parts.Add(new(current, _parts.Exists(part => part.Assigned == assigned) ? null : assigned, transferId, transfer, _place));
        transfer?.Connect(current);
    }

    private void Leave(SessionEvent current)
    {
        if (_parts.FindLast(part => part.AgentId == current.AgentId && part.Left is null) is not { } part)
            return;
        part.Leave(current);
        part.Transfer?.Touch(current);
    }

    private void StartWrapUp(SessionEvent current)
    {
        var part = _parts.FindLast(candidate => candidate.AgentId == current.AgentId);
        part?.Leave(current);
        _wrapUps.Add(new(current, null, part?.TransferId, part?.Transfer, part?.Place ?? _place));
        part?.Transfer?.Touch(current);
    }

    private void StopWrapUp(SessionEvent current)
    {
        if (_wrapUps.FindLast(candidate => candidate.AgentId == current.AgentId && candidate.Left is null) is not { } wrapUp)
            return;
        wrapUp.Leave(current);
        wrapUp.Transfer?.Touch(current);
    }

    private void ApplyTransfer(SessionEvent current)
    {
        var id = current.TransferId!.Value;
        if (!_transfers.TryGetValue(id, out var transfer))
            _transfers.Add(id, transfer = new(current, _place, _queues.LastOrDefault()?.Priority));
        transfer.Apply(current);
    }

    private RecordingPart? RecordingOf(long? id) =>
        id is { } named ? _recordings.GetValueOrDefault(named) : _recordings.Values.LastOrDefault(recording => recording.Stopped is null);

    private void AddMedia(SessionEvent current)
    {
        var data = current.Data;
        _media.Add((current, new(data.Text("media_id")!, data.Text("location"), current.Time)));
        if (TranscriptEntry.OfMedia(current, _people) is { } entry)
            _transcript.Add(entry);
    }

    private void FinishSurvey(SessionEvent current)
    {
        var type = current.Data.Text("survey_type")!;
        var start = _openSurveys.Remove(type, out var started) ? started.Time : current.Time;
        _surveys.Add(new(0, Seconds(start, current.Time), type, "finished", _place.PathId, _place.Path?.Name, Language(current), start, current.Time));
    }

    private void AddDisposition(SessionEvent current)
    {
        var data = current.Data;
        _dispositions.Add(new()
        {
            UserId = current.AgentId,
            TransferId = current.TransferId ?? _parts.FindLast(part => part.AgentId == current.AgentId)?.TransferId,
            Note = data.Text("note"),
            Code = data.Text("code"),
            UjetCodeId = data.Number("code_id"),
            List = data.Text("list"),
            ListPath = data.Text("list_path"),
            UjetListId = data.Number("list_id"),
            CustomListId = data.Text("custom_list_id") ?? "",
            CustomCodeId = data.Text("custom_code_id") ?? "",
        });
    }

    private string? Last(string field) => _start?.Data.Text(field) ?? _events.Select(current => current.Data.Text(field)).LastOrDefault(value => value is not null);

    private string? Language(SessionEvent current) => current.Data.Text("lang") ?? _start?.Data.Text("lang");

    private static MenuPath? PathOf(SessionData path) =>
        path.Text("name") is { } name ? new(path.Number("items_count") ?? name.Split('/').Length, name, path.Text("materialized_path")) : null;

    private static SelectedMenu? MenuOf(SessionData menu) => menu.Number("id") is { } id
        ? new(id, menu.Text("name"), menu.Number("parent_id"), menu.Number("position"), menu.Flag("deleted") ?? false, menu.Text("menu_type"), menu.Flag("hidden") ?? false)
        : null;

    /// <summary>Whole seconds between two times, each cut to the second (STO-76).</summary>
    internal static int Seconds(DateTimeOffset start, DateTimeOffset end) => (int)(end.ToUnixTimeSeconds() - start.ToUnixTimeSeconds());
}

/// <summary>Menu and path that a session is at.</summary>
internal sealed record Place(SelectedMenu? Menu, MenuPath? Path, long? PathId);
