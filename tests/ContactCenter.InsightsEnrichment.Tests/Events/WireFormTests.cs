using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Tests.Events;

/// <summary>What is on the bus is a contract: these texts change only by additions.</summary>
public sealed class WireFormTests
{
    private static readonly Guid EventId = Guid.Parse("0195a5c2-7c00-7000-8000-000000000001");
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 10, 2, 22, 700, TimeSpan.Zero);

    private static readonly SegmentFacts Segment = new()
    {
        SegmentId = "seg_a",
        ConversationId = "WT1",
        Kind = SegmentKinds.Conversation,
        Revision = 3,
        TaskSid = "WT1",
        ReservationSid = "WR1",
        AgentSid = "WK1",
        QueueSid = "WQ1",
        TaskChannel = "voice",
        Channel = "Call",
        Direction = "Inbound",
        StartTime = Time.AddSeconds(-130.5),
        EndTime = Time,
        QueueSeconds = 12,
        QueueMilliseconds = 11_300,
        RingSeconds = 4,
        RingMilliseconds = 4_100,
        TalkSeconds = 120,
        TalkMilliseconds = 119_900,
        WrapUpSeconds = 10,
        WrapUpMilliseconds = 10_600,
        Abandoned = "No",
        Outcome = "solved",
    };

    private const string SegmentText =
        """
        "segment":{"segmentId":"seg_a","conversationId":"WT1","kind":"Conversation","revision":3,"taskSid":"WT1","reservationSid":"WR1","agentSid":"WK1","queueSid":"WQ1","taskChannel":"voice","channel":"Call","direction":"Inbound","startTime":"2026-03-02T10:00:12.2+00:00","endTime":"2026-03-02T10:02:22.7+00:00","queueSeconds":12,"queueMilliseconds":11300,"ringSeconds":4,"ringMilliseconds":4100,"talkSeconds":120,"talkMilliseconds":119900,"wrapUpSeconds":10,"wrapUpMilliseconds":10600,"abandonSeconds":null,"abandoned":"No","abandonedPhase":null,"left":null,"missedReason":null,"outcome":"solved"}
        """;

    private const string Head = WireForm.Head;

    [Fact]
    public void SegmentClosed_SegmentRevised_and_SegmentWithdrawn_keep_their_form()
    {
        Holds("urn:message:contactcenter:insights:segment-closed", Head + SegmentText + "}",
            new SegmentClosed { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "AC1", Segment = Segment });
        Holds("urn:message:contactcenter:insights:segment-revised", Head + SegmentText + ""","changedFields":["talk_time"]}""",
            new SegmentRevised { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "AC1", Segment = Segment, ChangedFields = ["talk_time"] });
        Holds("urn:message:contactcenter:insights:segment-withdrawn", Head + SegmentText + "}",
            new SegmentWithdrawn { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "AC1", Segment = Segment });
    }

    [Fact]
    public void ConversationClosed_keeps_its_form() => Holds(
        "urn:message:contactcenter:insights:conversation-closed",
        Head + """
        "conversationId":"WT1","revision":7,"startTime":"2026-03-02T10:00:00.7+00:00","endTime":"2026-03-02T10:02:22.7+00:00","channel":"Call","direction":"Inbound","abandoned":"No","outcome":"solved","handlingSeconds":340,"experienceSeconds":345,"segmentCount":4,"customerId":"cus_a"}
        """,
        new ConversationClosed
        {
            EventId = EventId,
            OccurredTime = Time,
            RecordedTime = Time.AddSeconds(1),
            AccountSid = "AC1",
            ConversationId = "WT1",
            Revision = 7,
            StartTime = Time.AddSeconds(-142),
            EndTime = Time,
            Channel = "Call",
            Direction = "Inbound",
            Abandoned = "No",
            Outcome = "solved",
            HandlingSeconds = 340,
            ExperienceSeconds = 345,
            SegmentCount = 4,
            CustomerId = "cus_a",
        });

    [Fact]
    public void CustomerLinked_and_CustomerContacted_keep_their_form()
    {
        Holds("urn:message:contactcenter:insights:customer-linked", Head + """
            "conversationId":"WT1","customerId":"cus_a","linkSource":"external_id"}
            """,
            new CustomerLinked { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "AC1", ConversationId = "WT1", CustomerId = "cus_a", LinkSource = "external_id" });
        Holds("urn:message:contactcenter:insights:customer-contacted", Head + """
            "customerId":"cus_a","channel":"sms","address":"+15551234567"}
            """,
            new CustomerContacted { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "AC1", CustomerId = "cus_a", Channel = "sms", Address = "+15551234567" });
    }

    [Fact]
    public void CustomersMerged_and_CustomerUnmerged_keep_their_form()
    {
        const string Text = "\"sourceCustomerId\":\"cus_a\",\"targetCustomerId\":\"cus_b\",\"actor\":\"apikey:k\"}";
        Holds("urn:message:contactcenter:insights:customers-merged", Head.Replace("AC1", "", StringComparison.Ordinal) + Text,
            new CustomersMerged { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "", SourceCustomerId = "cus_a", TargetCustomerId = "cus_b", Actor = "apikey:k" });
        Holds("urn:message:contactcenter:insights:customer-unmerged", Head.Replace("AC1", "", StringComparison.Ordinal) + Text,
            new CustomerUnmerged { EventId = EventId, OccurredTime = Time, RecordedTime = Time.AddSeconds(1), AccountSid = "", SourceCustomerId = "cus_a", TargetCustomerId = "cus_b", Actor = "apikey:k" });
    }

    [Fact]
    public void AgentStateChanged_AgentChanged_and_ActivityChanged_keep_their_form()
    {
        Holds("urn:message:contactcenter:insights:agent-state-changed",
            Head + """
            "agentSid":"WK1","agentId":"4711","fullName":"John Doe","activity":"Lunch","activitySid":"WA2","previousActivity":"Available","previousActivityMs":955000,"available":false,"stateStartTime":"2026-03-02T10:02:22.7+00:00","parallelConversations":1}
            """,
            new AgentStateChanged
            {
                EventId = EventId,
                OccurredTime = Time,
                RecordedTime = Time.AddSeconds(1),
                AccountSid = "AC1",
                AgentSid = "WK1",
                AgentId = "4711",
                FullName = "John Doe",
                Activity = "Lunch",
                ActivitySid = "WA2",
                PreviousActivity = "Available",
                PreviousActivityMs = 955_000,
                Available = false,
                StateStartTime = Time,
                ParallelConversations = 1,
            });
        Holds("urn:message:contactcenter:insights:agent-changed",
            Head + """
            "agentSid":"WK1","agentId":"4711","fullName":"John Doe","email":"a@example.com","teamId":"T1","teamName":"Sales","departmentId":null,"attributes":{"email":"a@example.com"},"state":"Active"}
            """,
            new AgentChanged
            {
                EventId = EventId,
                OccurredTime = Time,
                RecordedTime = Time.AddSeconds(1),
                AccountSid = "AC1",
                AgentSid = "WK1",
                AgentId = "4711",
                FullName = "John Doe",
                Email = "a@example.com",
                TeamId = "T1",
                TeamName = "Sales",
                Attributes = new Dictionary<string, string> { ["email"] = "a@example.com" },
                State = "Active",
            });
        Holds("urn:message:contactcenter:insights:activity-changed",
            Head + """
            "activitySid":"WA2","name":"Lunch","available":false,"deleted":false}
            """,
            new ActivityChanged
            {
                EventId = EventId,
                OccurredTime = Time,
                RecordedTime = Time.AddSeconds(1),
                AccountSid = "AC1",
                ActivitySid = "WA2",
                Name = "Lunch",
                Available = false,
                Deleted = false,
            });
    }

    [Fact]
    public void QueueEntered_QueueLeft_ReservationOffered_ReservationEnded_and_AgentHandlingChanged_keep_their_form()
    {
        const string Task = "\"taskSid\":\"WT1\",\"conversationId\":\"WT2\",\"queueSid\":\"WQ1\",\"queueName\":\"Sales\",\"channel\":\"voice\",\"direction\":\"inbound\"";
        const string Offer = "\"reservationSid\":\"WR1\",\"taskSid\":\"WT1\",\"agentSid\":\"WK1\",\"queueSid\":\"WQ1\",\"channel\":\"voice\",\"direction\":\"inbound\"";
        WireForm.Holds<QueueEntered>("queue-entered", Head + Task + "}");
        WireForm.Holds<QueueLeft>("queue-left", Head + Task + ",\"how\":\"answered\",\"waitSeconds\":12}");
        WireForm.Holds<ReservationOffered>("reservation-offered", Head + Offer + "}");
        WireForm.Holds<ReservationEnded>("reservation-ended", Head + Offer + ",\"how\":\"accepted\",\"ringSeconds\":4}");
        WireForm.Holds<AgentHandlingChanged>("agent-handling-changed", Head + """
            "agentSid":"WK1","reservationSid":"WR1","taskSid":"WT1","conversationId":"WT2","phase":"wrap_up","transferred":true,"queueSid":"WQ1","channel":"voice","direction":"inbound"}
            """);
    }

    [Fact]
    public void WriteBackFinished_keeps_its_form() => Holds(
        "urn:message:contactcenter:insights:write-back-finished",
        Head + """
        "writeBackId":"0195a5c2-7c00-7000-8000-000000000001","target":"WT1","status":"TASK_GONE","attempts":2}
        """,
        new WriteBackFinished
        {
            EventId = EventId,
            OccurredTime = Time,
            RecordedTime = Time.AddSeconds(1),
            AccountSid = "AC1",
            WriteBackId = EventId,
            Target = "WT1",
            Status = "TASK_GONE",
            Attempts = 2,
        });

    [Fact]
    public void LoadCompleted_keeps_its_form() => Holds(
        "urn:message:contactcenter:insights:load-completed",
        Head.Replace("AC1", "", StringComparison.Ordinal) + """
        "loadNumber":7,"cutOffTime":"2026-03-02T10:02:22.7+00:00","segmentsNew":4,"segmentsChanged":2,"durationMs":350}
        """,
        new LoadCompleted
        {
            EventId = EventId,
            OccurredTime = Time,
            RecordedTime = Time.AddSeconds(1),
            AccountSid = "",
            LoadNumber = 7,
            CutOffTime = Time,
            SegmentsNew = 4,
            SegmentsChanged = 2,
            DurationMs = 350,
        });

    [Fact]
    [Rule("INS-139")]
    public void IngestWatermark_keeps_its_form() =>
        WireForm.Holds<IngestWatermark>("ingest-watermark", Head + "\"watermarkTime\":\"2026-03-02T10:02:12.7+00:00\",\"deadLetters\":2}");

    [Fact]
    [Rule("INS-112")]
    public void WarningRaised_keeps_its_form() =>
        WireForm.Holds<WarningRaised>("warning-raised", Head + "\"code\":\"value_truncated\",\"field\":\"campaign\",\"day\":\"2026-03-02\"}");

    private static void Holds<T>(string urn, string text, T message)
        where T : class
    {
        WireForm.Holds<T>(urn[(urn.LastIndexOf(':') + 1)..], text);
        Assert.Equal(text, WireForm.Write(message));
    }
}
