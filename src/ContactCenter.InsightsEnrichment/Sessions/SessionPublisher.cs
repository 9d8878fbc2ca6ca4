using ContactCenter.Durable;
using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Publishes the events of one session, in the transaction that stores them (section 5 of the specification).</summary>
/// <param name="transaction">Takes the messages.</param>
/// <param name="accountSid">Account of the session.</param>
/// <param name="key">Messages of one session keep their order.</param>
/// <param name="now">Time of the change.</param>
internal sealed class SessionPublisher(DurableTransaction transaction, string accountSid, string key, DateTimeOffset now)
{
    /// <summary>Whether an event of the type is published.</summary>
    public static bool Publishes(string type) => type is not (
        SessionEventTypes.OfferMade or SessionEventTypes.WrapUpStarted or SessionEventTypes.WrapUpStopped or SessionEventTypes.VirtualJoined
        or SessionEventTypes.VirtualLeft or SessionEventTypes.RecordingStarted or SessionEventTypes.RecordingStopped or SessionEventTypes.SurveyStarted
        or SessionEventTypes.Ended);

    /// <summary>Publishes what an event says.</summary>
    public void Publish(SessionEvent current, SessionFacts facts, SessionKnowledge knowledge)
    {
        var (time, data, phase) = (current.Time, current.Data, current.Type[(current.Type.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        switch (current.Type)
        {
            case SessionEventTypes.Started:
                Send(new SessionStarted
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    Direction = data.Text("direction"),
                    CallSid = data.Text("call_sid"),
                    ProviderType = data.Text("provider_type"),
                    ProviderChannelId = data.Text("provider_channel_id"),
                    ScheduledTime = data.Time("scheduled_time"),
                    Verified = data.Flag("verified"),
                });
                break;
            case SessionEventTypes.Queued:
                Send(new SessionQueued
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    Priority = data.Number("priority"),
                    ServiceLevelTargetSeconds = data.Number("service_level_target_time"),
                    ServiceLevelTargetPercent = data.Number("service_level_target_percent"),
                    AbandonThresholdSeconds = data.Number("abandon_threshold"),
                    TransferId = current.TransferId,
                });
                break;
            case SessionEventTypes.Assigned:
                Send(new SessionAssigned { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, TransferId = current.TransferId });
                break;
            case SessionEventTypes.Joined:
                Send(new SessionConnected
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    FirstAgent = knowledge.IsFirstAgent(current),
                    Barged = data.Flag("barged"),
                    TransferId = current.TransferId,
                });
                break;
            case SessionEventTypes.Left:
                Send(new SessionAgentLeft { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, TransferId = current.TransferId });
                break;
            case SessionEventTypes.MenuSelected:
                Send(new QueueSelected { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, Menu = data.Element("menu"), MenuPath = data.Element("menu_path") });
                break;
            case SessionEventTypes.TransferStarted or SessionEventTypes.TransferCompleted or SessionEventTypes.TransferFailed:
                Send(Transferred(current, facts, knowledge, phase));
                break;
            case SessionEventTypes.PartyAdded:
                Send(new PartyAdded
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    ParticipantType = Word(data, "participant_type")!,
                    EndUserId = data.Number("end_user_id"),
                });
                break;
            case SessionEventTypes.UserVerified:
                Send(new UserVerified { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, Verified = data.Flag("verified") ?? true });
                break;
            case SessionEventTypes.CustomDataReceived:
                Send(new CustomDataReceived { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, SmartActionText = data.Text("smart_action_text") });
                break;
            case SessionEventTypes.RatingSubmitted:
                Send(new RatingSaved { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, Rating = data.Number("rating")!.Value, Feedback = data.Text("feedback") });
                break;
            case SessionEventTypes.DispositionSubmitted:
                Send(Disposed(current, facts));
                break;
            case SessionEventTypes.SurveyFinished:
                Send(new SurveyAnswered { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, SurveyType = data.Text("survey_type")!, Answers = data.Element("answers") });
                break;
            case SessionEventTypes.MessageInbound or SessionEventTypes.MessageOutbound:
                Send(new ChatMessageSent
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    Direction = phase,
                    MessageId = data.Text("message_id")!,
                    Author = data.Element("author"),
                    Message = knowledge.IsHipaa ? null : data.Element("message"),
                });
                break;
            case SessionEventTypes.MediaAdded:
                Send(new SessionMediaAdded
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    MediaKind = Word(data, "kind")!,
                    MediaId = data.Text("media_id")!,
                    ContentType = data.Text("content_type"),
                    Bytes = data.Number("bytes"),
                    Location = data.Text("location"),
                });
                break;
            case SessionEventTypes.ChatActivated or SessionEventTypes.ChatDismissed:
                Send(new ChatTabChanged { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, Active = current.Type == SessionEventTypes.ChatActivated });
                break;
            case SessionEventTypes.HoldStarted or SessionEventTypes.HoldStopped:
                Send(new HoldChanged { EventId = NewId(), OccurredTime = time, RecordedTime = now, AccountSid = accountSid, Session = facts, OnHold = current.Type == SessionEventTypes.HoldStarted });
                break;
            case SessionEventTypes.RedactionStarted or SessionEventTypes.RedactionStopped:
                Send(new RedactionChanged
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    Active = current.Type == SessionEventTypes.RedactionStarted,
                    RecordingId = data.Number("recording_id"),
                });
                break;
            case SessionEventTypes.AgentAssistStarted:
                Send(new AgentAssistStarted
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    AssistConversationId = data.Text("conversation_id"),
                    QueueLanguageId = data.Text("queue_language_id"),
                });
                break;
            default:
                Send(new CobrowseChanged
                {
                    EventId = NewId(),
                    OccurredTime = time,
                    RecordedTime = now,
                    AccountSid = accountSid,
                    Session = facts,
                    Phase = phase,
                    CobrowseSessionId = data.Text("cobrowse_session_id")!,
                    RequestedBy = Word(data, "requested_by"),
                    EndedBy = Word(data, "ended_by"),
                    RemoteControl = Word(data, "remote_control"),
                    FullDevice = Word(data, "full_device"),
                });
                break;
        }
    }

    /// <summary>Publishes the end of a session (INS-126).</summary>
    public void PublishEnd(StoredSession session, SessionFacts facts) => Send(new SessionEnded
    {
        EventId = NewId(),
        OccurredTime = session.EndTime!.Value,
        RecordedTime = now,
        AccountSid = accountSid,
        Session = facts,
        Status = session.Document.Status,
        FailReason = session.Document.FailReason,
        DisconnectedBy = session.Document.DisconnectedBy,
        EndTime = session.EndTime.Value,
        ReadyTime = session.ReadyTime!.Value,
        WaitSeconds = session.Document.WaitDuration,
        SessionSeconds = session.Document.CallDuration ?? session.Document.ChatDuration ?? 0,
        HoldSeconds = session.Document.HoldDuration ?? 0,
        Successful = session.Document.Status == "finished",
        RecordVersion = session.RecordVersion,
    });

    /// <summary>Publishes that an agent signed in or out.</summary>
    public void PublishSignIn(SessionEvent current) => Send(new AdapterSignInChanged
    {
        EventId = NewId(),
        OccurredTime = current.Time,
        RecordedTime = now,
        AccountSid = accountSid,
        Agent = new(current.AgentId!.Value, current.Data.Text("agent_custom_id"), current.Data.Text("agent_email")),
        SignedIn = current.Type == SessionEventTypes.LoggedIn,
    });

    private SessionTransferred Transferred(SessionEvent current, SessionFacts facts, SessionKnowledge knowledge, string phase)
    {
        var data = current.Data;
        return new()
        {
            EventId = NewId(),
            OccurredTime = current.Time,
            RecordedTime = now,
            AccountSid = accountSid,
            Session = facts,
            Phase = phase,
            TransferId = current.TransferId!.Value,
            Cold = data.Flag("cold"),
            Comment = data.Text("comment"),
            FailReason = data.Text("fail_reason"),
            FromAgent = Agent("from"),
            FromQueueId = data.Text("from_queue_id"),
            FromVirtualAgentId = data.Number("from_virtual_agent_id"),
            ToAgent = Agent("to"),
            ToQueueId = data.Text("to_queue_id"),
            ToQueuePath = data.Text("to_queue_path"),
            ToVirtualAgentId = data.Number("to_virtual_agent_id"),
        };

        SessionAgentFacts? Agent(string side)
        {
            if (data.Number($"{side}_agent_id") is not { } id)
                return null;
            var known = knowledge.AgentOf(id);
            return known with { AgentCustomId = data.Text($"{side}_agent_custom_id") ?? known.AgentCustomId, AgentEmail = data.Text($"{side}_agent_email") ?? known.AgentEmail };
        }
    }

    private DispositionSaved Disposed(SessionEvent current, SessionFacts facts)
    {
        var data = current.Data;
        return new()
        {
            EventId = NewId(),
            OccurredTime = current.Time,
            RecordedTime = now,
            AccountSid = accountSid,
            Session = facts,
            Code = data.Text("code")!,
            Note = data.Text("note"),
            List = data.Text("list"),
            ListPath = data.Text("list_path"),
            CodeId = data.Number("code_id"),
            ListId = data.Number("list_id"),
            CustomCodeId = data.Text("custom_code_id"),
            CustomListId = data.Text("custom_list_id"),
            TransferId = current.TransferId,
        };
    }

    /// <summary>A word of a fixed set in its one spelling (INS-30).</summary>
    private static string? Word(SessionData data, string field) => data.Text(field)?.ToLowerInvariant().Replace('-', '_');

    private void Send<T>(T message)
        where T : class => transaction.Publish(message, key, mandatory: false);

    private Guid NewId() => Guid.CreateVersion7(now);
}
