using System.Collections.Frozen;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>The types of session events and what they may say: table 2.2a of the specification, line by line (INS-27).</summary>
public static class SessionEventTypes
{
    /// <summary>A session began.</summary>
    public const string Started = "session.started";
    /// <summary>A session ended.</summary>
    public const string Ended = "session.ended";
    /// <summary>The customer chose a menu.</summary>
    public const string MenuSelected = "menu.selected";
    /// <summary>The session entered a queue.</summary>
    public const string Queued = "session.queued";
    /// <summary>The session was offered to a group.</summary>
    public const string OfferMade = "offer.made";
    /// <summary>An agent was chosen.</summary>
    public const string Assigned = "agent.assigned";
    /// <summary>An agent joined.</summary>
    public const string Joined = "agent.joined";
    /// <summary>An agent left.</summary>
    public const string Left = "agent.left";
    /// <summary>An agent put the customer on hold.</summary>
    public const string HoldStarted = "hold.started";
    /// <summary>The hold ended.</summary>
    public const string HoldStopped = "hold.stopped";
    /// <summary>An agent began the wrap-up.</summary>
    public const string WrapUpStarted = "wrapup.started";
    /// <summary>An agent finished the wrap-up.</summary>
    public const string WrapUpStopped = "wrapup.stopped";
    /// <summary>A virtual agent joined.</summary>
    public const string VirtualJoined = "virtual_agent.joined";
    /// <summary>A virtual agent left.</summary>
    public const string VirtualLeft = "virtual_agent.left";
    /// <summary>An agent opened the tab of a chat.</summary>
    public const string ChatActivated = "chat.activated";
    /// <summary>An agent dismissed a chat.</summary>
    public const string ChatDismissed = "chat.dismissed";
    /// <summary>A transfer began.</summary>
    public const string TransferStarted = "transfer.started";
    /// <summary>A transfer reached its target.</summary>
    public const string TransferCompleted = "transfer.completed";
    /// <summary>A transfer failed.</summary>
    public const string TransferFailed = "transfer.failed";
    /// <summary>Somebody was added.</summary>
    public const string PartyAdded = "party.added";
    /// <summary>A recording began.</summary>
    public const string RecordingStarted = "recording.started";
    /// <summary>A recording ended.</summary>
    public const string RecordingStopped = "recording.stopped";
    /// <summary>A recording was paused for what must not be recorded.</summary>
    public const string RedactionStarted = "redaction.started";
    /// <summary>The recording went on.</summary>
    public const string RedactionStopped = "redaction.stopped";
    /// <summary>The customer wrote.</summary>
    public const string MessageInbound = "message.inbound";
    /// <summary>Our side wrote.</summary>
    public const string MessageOutbound = "message.outbound";
    /// <summary>A photo, video, voicemail, recording or transcript was added.</summary>
    public const string MediaAdded = "media.added";
    /// <summary>A survey began.</summary>
    public const string SurveyStarted = "survey.started";
    /// <summary>A survey was answered.</summary>
    public const string SurveyFinished = "survey.finished";
    /// <summary>The customer proved who they are.</summary>
    public const string UserVerified = "user.verified";
    /// <summary>Data of the customer's application came.</summary>
    public const string CustomDataReceived = "custom_data.received";
    /// <summary>The customer rated the session.</summary>
    public const string RatingSubmitted = "rating.submitted";
    /// <summary>An agent classified the session.</summary>
    public const string DispositionSubmitted = "disposition.submitted";
    /// <summary>An assistant joined the agent.</summary>
    public const string AgentAssistStarted = "agent_assist.started";
    /// <summary>A screen share began.</summary>
    public const string CobrowseStarted = "cobrowse.started";
    /// <summary>Remote control changed.</summary>
    public const string CobrowseRemoteControl = "cobrowse.remote_control_changed";
    /// <summary>Sharing of the whole device changed.</summary>
    public const string CobrowseFullDevice = "cobrowse.full_device_changed";
    /// <summary>A screen share ended.</summary>
    public const string CobrowseEnded = "cobrowse.ended";
    /// <summary>An agent signed in.</summary>
    public const string LoggedIn = "agent.logged_in";
    /// <summary>An agent signed out.</summary>
    public const string LoggedOut = "agent.logged_out";

    private const string Transfer =
        "transfer_id:number!, cold:flag, comment, from_agent_id:number, from_agent_custom_id, from_agent_email, from_queue_id, from_queue_path, from_virtual_agent_id:number,"
        + " to_agent_id:number, to_agent_custom_id, to_agent_email, to_queue_id, to_queue_path, to_virtual_agent_id:number";

    private const string VirtualAgent = "virtual_agent:object!, initiated_by, transfer_id:number";
    private const string Message = "message_id!, message:message!, message_type, lang, author:author";

    private const string Cobrowse =
        "cobrowse_session_id!, requested_by:party, ended_by:ender, remote_control:sharing, full_device:sharing";

    /// <summary>Fields that any type may carry (INS-27).</summary>
    private const string Common =
        "agent_id:number, agent_custom_id, agent_email, agent_name, agent_first_name, agent_last_name, agent_middle_name, agent_number, agent_avatar_url,"
        + " queue_id, queue_path, campaign_id, campaign_name, virtual_agent_id:number, va_data_parameters:object, session_variable:object,"
        + " custom_sip_headers:object, custom_data_secured:object, custom_data_not_secured:object, cobrowse_session_id";

    // The order is that of events with the same time: nothing comes before what it follows from.
    private static readonly (string Type, string Fields)[] Table =
    [
        (Started, "session_type!, lang, direction, device_type, end_user:object, sdk:object, support_number, outbound_number, scheduled_time:time,"
            + " provider_type, provider_channel_id, verified:flag, task_sid, call_sid"),
        (UserVerified, "verified:flag"),
        (CustomDataReceived, "smart_action_text"),
        (MenuSelected, "menu:object!, menu_path:object, entered_time:time, left_time:time"),
        (TransferStarted, Transfer),
        (VirtualLeft, VirtualAgent + ", finish_reason, escalation_reason, response_count:number, fallback_response_count:number, sentiment:number"),
        (Queued, "queue_id!, menu_path:object, lang, priority:number, service_level_target_time:number, service_level_target_percent:number,"
            + " abandon_threshold:number, transfer_id:number"),
        (OfferMade, "group!, offer_type"),
        (Assigned, "agent_id:number!, transfer_id:number, answer_type"),
        (VirtualJoined, VirtualAgent + ", conversation_id"),
        (Joined, "agent_id:number!, barged:flag, transfer_id:number, location:object, teams:array"),
        (PartyAdded, "participant_type:participant!, end_user_id:number, phone_number"),
        (RecordingStarted, "recording_id:recording!, conference_sid, recording_type, permission"),
        (HoldStarted, "agent_id:number!"),
        (HoldStopped, "agent_id:number!"),
        (RedactionStarted, "recording_id:recording"),
        (RedactionStopped, "recording_id:recording"),
        (MessageInbound, Message),
        (MessageOutbound, Message),
        (MediaAdded, "media_id!, kind:media!, content_type, bytes:number, location"),
        (ChatActivated, "agent_id:number!"),
        (ChatDismissed, "agent_id:number!"),
        (AgentAssistStarted, "conversation_id, queue_language_id"),
        (CobrowseStarted, Cobrowse),
        (CobrowseRemoteControl, Cobrowse),
        (CobrowseFullDevice, Cobrowse),
        (CobrowseEnded, Cobrowse),
        (TransferCompleted, Transfer),
        (TransferFailed, Transfer + ", fail_reason"),
        (RecordingStopped, "recording_id:recording!"),
        (Left, "agent_id:number!, transfer_id:number"),
        (WrapUpStarted, "agent_id:number!"),
        (SurveyStarted, "survey_type!"),
        (SurveyFinished, "survey_type!, answers:array"),
        (RatingSubmitted, "rating:rating!, feedback"),
        (DispositionSubmitted, "agent_id:number, code!, note, list, list_path, code_id:number, list_id:number, custom_code_id, custom_list_id, transfer_id:number"),
        (WrapUpStopped, "agent_id:number!"),
        (LoggedIn, "agent_id:number!"),
        (LoggedOut, "agent_id:number!"),
        (Ended, "status, disconnected_by, fail_reason, fail_details, deflection, voicemail_reason"),
    ];

    private static readonly FrozenDictionary<string, (int Rank, FieldRule[] Fields)> Types = Table.Index().ToFrozenDictionary(
        row => row.Item.Type, row => (row.Index, FieldRule.Parse(row.Item.Fields, Common)), StringComparer.Ordinal);

    private static readonly FrozenSet<string> ChangeAfterEnd = new[]
    {
        RatingSubmitted, DispositionSubmitted, WrapUpStarted, WrapUpStopped, SurveyStarted, SurveyFinished, CustomDataReceived, MediaAdded,
        RedactionStarted, RedactionStopped, RecordingStarted, RecordingStopped,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All types.</summary>
    public static IEnumerable<string> All => Table.Select(row => row.Type);

    /// <summary>Whether events of the type are processed.</summary>
    /// <param name="type">In lower case.</param>
    public static bool AreRecognised(string type) => Types.ContainsKey(type);

    /// <summary>Place of the type among events of one session with the same time.</summary>
    /// <param name="type">In lower case.</param>
    public static int Rank(string type) => Types.TryGetValue(type, out var found) ? found.Rank : int.MaxValue;

    /// <summary>Whether events of the type belong to an agent and to no session (INS-26).</summary>
    /// <param name="type">In lower case.</param>
    public static bool AreOfAgent(string type) => type is LoggedIn or LoggedOut;

    /// <summary>Whether events of the type may name their session by the screen share alone (INS-30).</summary>
    /// <param name="type">In lower case.</param>
    public static bool AreOfScreenShare(string type) => type.StartsWith("cobrowse.", StringComparison.Ordinal);

    /// <summary>Whether events of the type still change a record after the session's end (INS-29).</summary>
    /// <param name="type">In lower case.</param>
    public static bool CountAfterEnd(string type) => ChangeAfterEnd.Contains(type);

    /// <summary>Checks the data of an event against the table.</summary>
    /// <param name="type">A recognised type.</param>
    /// <param name="data">The data.</param>
    /// <returns>What is wrong; nothing if it is in order.</returns>
    public static IEnumerable<FieldViolation> Check(string type, SessionData data) => Types[type].Fields.Select(rule => rule.Check(data)).OfType<FieldViolation>();
}
