using ContactCenter.Events.Crm;
using ContactCenter.Events.Insights;
using ContactCenter.Events.Storage;

namespace ContactCenter.InsightsEnrichment.Tests.Events;

/// <summary>The events of sessions on the bus: these texts change only by additions.</summary>
public sealed class SessionWireFormTests
{
    private const string Agent = """{"agentId":5,"agentCustomId":"emp-5","agentEmail":"agent5@example.com"}""";

    private const string Session =
        WireForm.Head + """
        "session":{"sessionKind":"call","sessionId":1418,"sessionType":"Voice Inbound","sequence":7,"taskSid":"WT1","conversationId":"WT1","agent":
        """ + Agent + """
        ,"queueId":"13","queuePath":"Sales","campaignId":"c1","campaignName":"Spring","endUser":{"id":42,"identifier":"id","customUserId":"u","name":"N","email":"n@example.com","phone":"+15550100100"},"lang":"en","deviceType":"phone","sdk":{"version":"1"},"supportNumber":"+15550100101","outboundNumber":"+15550100102","virtualAgentId":3,"vaDataParameters":{"a":1},"sessionVariable":{"b":2},"customSipHeaders":{"c":3},"customDataSecured":{"d":4},"customDataNotSecured":{"e":5}}
        """;

    [Fact]
    [Rule("INS-27")]
    public void The_facts_of_sessions_keep_their_form()
    {
        WireForm.Holds<SessionStarted>("session-started", Session + ""","direction":"inbound","callSid":"CA1","providerType":"p","providerChannelId":"pc","scheduledTime":"2026-03-02T11:00:00+00:00","verified":true}""");
        WireForm.Holds<SessionQueued>("session-queued", Session + ""","priority":2,"serviceLevelTargetSeconds":30,"serviceLevelTargetPercent":80,"abandonThresholdSeconds":5,"transferId":9}""");
        WireForm.Holds<SessionAssigned>("session-assigned", Session + ""","transferId":9}""");
        WireForm.Holds<SessionConnected>("session-connected", Session + ""","firstAgent":true,"barged":false,"transferId":9}""");
        WireForm.Holds<SessionAgentLeft>("session-agent-left", Session + ""","transferId":9}""");
        WireForm.Holds<QueueSelected>("queue-selected", Session + ""","menu":{"id":3},"menuPath":["a","b"]}""");
        WireForm.Holds<PartyAdded>("party-added", Session + ""","participantType":"end_user","endUserId":42}""");
        WireForm.Holds<UserVerified>("user-verified", Session + ""","verified":true}""");
        WireForm.Holds<CustomDataReceived>("custom-data-received", Session + ""","smartActionText":"t"}""");
        WireForm.Holds<RatingSaved>("rating-saved", Session + ""","rating":5,"feedback":"good"}""");
        WireForm.Holds<DispositionSaved>("disposition-saved", Session + ""","code":"sold","note":"n","list":"l","listPath":"a/l","codeId":1,"listId":2,"customCodeId":"c","customListId":"d","transferId":9}""");
        WireForm.Holds<SurveyAnswered>("survey-answered", Session + ""","surveyType":"csat","answers":[{"question":"q","answer":"a"}]}""");
        WireForm.Holds<ChatMessageSent>("chat-message-sent", Session + ""","direction":"inbound","messageId":"m1","author":{"id":1},"message":"hello"}""");
        WireForm.Holds<ChatTabChanged>("chat-tab-changed", Session + ""","active":true}""");
        WireForm.Holds<HoldChanged>("hold-changed", Session + ""","onHold":true}""");
        WireForm.Holds<RedactionChanged>("redaction-changed", Session + ""","active":true,"recordingId":4}""");
        WireForm.Holds<CobrowseChanged>("cobrowse-changed", Session + ""","phase":"started","cobrowseSessionId":"cb1","requestedBy":"agent","endedBy":"end_user","remoteControl":"on","fullDevice":"off"}""");
        WireForm.Holds<AgentAssistStarted>("agent-assist-started", Session + ""","assistConversationId":"a1","queueLanguageId":"en"}""");
        WireForm.Holds<SessionMediaAdded>("session-media-added", Session + ""","mediaKind":"photo","mediaId":"p1","contentType":"image/png","bytes":17,"location":"https://media.example.com/p1"}""");
        WireForm.Holds<SessionEnded>("session-ended", Session + ""","status":"finished","failReason":"nothing","disconnectedBy":"end_user","endTime":"2026-03-02T10:02:22.7+00:00","readyTime":"2026-03-02T10:17:22.7+00:00","waitSeconds":27,"sessionSeconds":126,"holdSeconds":5,"successful":true,"recordVersion":9}""");
        WireForm.Holds<SessionTransferred>("session-transferred", Session + """
            ,"phase":"started","transferId":9,"cold":true,"comment":"c","failReason":"f","fromAgent":
            """ + Agent + """
            ,"fromQueueId":"13","fromVirtualAgentId":3,"toAgent":
            """ + Agent + """
            ,"toQueueId":"14","toQueuePath":"Support","toVirtualAgentId":4}
            """);
    }

    [Fact]
    [Rule("INS-127")]
    public void SessionRecordUpdated_and_AdapterSignInChanged_keep_their_form()
    {
        WireForm.Holds<SessionRecordUpdated>("session-record-updated", WireForm.Head + """
            "sessionKind":"call","sessionId":1418,"recordVersion":9,"changedParts":["rating"]}
            """);
        WireForm.Holds<AdapterSignInChanged>("adapter-sign-in-changed", WireForm.Head + "\"agent\":" + Agent + ",\"signedIn\":true}");
    }

    [Fact]
    [Rule("INS-128")]
    public void What_other_services_tell_of_sessions_keeps_its_form()
    {
        const string Of = WireForm.Head + "\"sessionKind\":\"call\",\"sessionId\":1418,";
        WireForm.Holds<CrmAccountResolved>("crm:crm-account-resolved", Of + "\"accountId\":\"a\",\"temporary\":false}");
        WireForm.Holds<CrmRecordResolved>("crm:crm-record-resolved", Of + """
            "accountId":"a","recordId":"r","recordUrl":"https://crm.example.com/r","isAccount":false,"reused":true,"temporary":false}
            """);
        WireForm.Holds<CrmFileUploaded>("crm:crm-file-uploaded", Of + """
            "fileId":"f","kind":"recording","revision":null,"attachmentId":"t","url":"https://crm.example.com/t"}
            """);
        WireForm.Holds<SessionFileReady>("storage:session-file-ready", Of + """
            "kind":"recording","fileId":"f","number":1,"fileName":"n.mp3","contentType":"audio/mpeg","size":17,"sha256":"00","revision":1,"storageUrl":"https://files.example.com/f","sendToCrm":true}
            """);
    }
}
