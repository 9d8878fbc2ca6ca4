using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Renders conversations and segments as messages of the contract.</summary>
internal static class ConversationMessages
{
    /// <summary>Renders a conversation.</summary>
    public static V1.Conversation Of(Stored<Conversation> stored)
    {
        var conversation = stored.Value;
        return new()
        {
            ConversationId = conversation.ConversationId,
            AccountSid = stored.AccountSid,
            Channel = conversation.Channel ?? "",
            Direction = DirectionOf(conversation.Direction),
            StartTime = conversation.StartTime.ToTimestamp(),
            EndTime = conversation.EndTime?.ToTimestamp(),
            Abandoned = AbandonedOf(conversation.Abandoned),
            Outcome = conversation.Outcome ?? "",
            HandlingTime = Seconds(conversation.HandlingSeconds),
            ExperienceTime = Seconds(conversation.ExperienceSeconds),
            QueueTime = Seconds(conversation.QueueSeconds),
            TalkTime = Seconds(conversation.TalkSeconds),
            WrapUpTime = Seconds(conversation.WrapUpSeconds),
            SegmentCount = conversation.SegmentCount,
            TaskSids = { conversation.TaskSids },
            SessionNames = { stored.SessionNames },
            Revision = stored.Revision,
            UpdateTime = stored.UpdateTime.ToTimestamp(),
            Test = stored.Test,
            CustomerId = stored.CustomerId ?? "",
            CustomerLinkSource = (V1.CustomerLinkSource)(conversation.CustomerLinkSource ?? 0),
            Provisional = conversation.Provisional,
        };
    }

    /// <summary>Renders a segment.</summary>
    public static V1.Segment Of(Stored<Segment> stored)
    {
        var segment = stored.Value;
        var message = new V1.Segment
        {
            SegmentId = segment.SegmentId,
            ConversationId = stored.ConversationId,
            AccountSid = stored.AccountSid,
            Kind = (V1.SegmentKind)segment.Kind,
            MissedReason = (V1.MissedReason)(segment.MissedReason ?? 0),
            AbandonReason = (V1.AbandonReason)(segment.AbandonReason ?? 0),
            EndReason = segment.EndReason ?? "",
            EndedAs = (V1.EndedAs)(segment.EndedAs ?? 0),
            MissingEvents = { segment.MissingEvents ?? [] },
            TaskSid = segment.TaskSid,
            ReservationSid = segment.ReservationSid ?? "",
            AgentSid = segment.AgentSid ?? "",
            AgentName = segment.AgentName ?? "",
            QueueSid = segment.QueueSid ?? "",
            StartTime = segment.StartTime.ToTimestamp(),
            EndTime = segment.EndTime?.ToTimestamp(),
            Measures = { segment.Measures },
            MeasuredQueueTime = Seconds(segment.QueueTime),
            MeasuredQueueTimeMs = segment.QueueTime?.Milliseconds ?? 0,
            MeasuredRingTime = Seconds(segment.RingTime),
            MeasuredRingTimeMs = segment.RingTime?.Milliseconds ?? 0,
            MeasuredTalkTime = Seconds(segment.TalkTime),
            MeasuredTalkTimeMs = segment.TalkTime?.Milliseconds ?? 0,
            MeasuredWrapUpTime = Seconds(segment.WrapUpTime),
            MeasuredWrapUpTimeMs = segment.WrapUpTime?.Milliseconds ?? 0,
            MeasuredAbandonTime = Seconds(segment.AbandonTime),
            HandlingTeam = segment.Attributes.GetValueOrDefault("handling_team_id") is { } team
                ? new() { TeamId = team, Name = Text(segment, "handling_team_name"), NameInHierarchy = Text(segment, "handling_team_name_in_hierarchy") }
                : null,
            HandlingDepartment = segment.Attributes.GetValueOrDefault("handling_department_id") is { } department
                ? new()
                {
                    DepartmentId = department,
                    Name = Text(segment, "handling_department_name"),
                    NameInHierarchy = Text(segment, "handling_department_name_in_hierarchy"),
                }
                : null,
            TransferSid = segment.TransferSid ?? "",
            PreviousTaskSid = segment.PreviousTaskSid ?? "",
            Revision = stored.Revision,
            Test = stored.Test,
            RecordingPermission = segment.RecordingPermission ?? "",
            Corrections = { (segment.Corrections ?? []).Select(CorrectionMessages.Of) },
            LoadNumber = stored.LoadNumber,
        };
        foreach (var (name, value) in segment.Attributes)
            message.Attributes.Add(name, value);
        foreach (var (name, value) in segment.Labels)
            message.Labels.Add(name, value);
        return message;
    }

    /// <summary>The stored word of a value to filter by; null for any.</summary>
    public static string? WordOf(V1.Abandoned abandoned) => abandoned switch
    {
        V1.Abandoned.Unspecified => null,
        V1.Abandoned.No => "No",
        V1.Abandoned.FollowUp => "Follow-Up",
        _ => "Yes",
    };

    private static V1.Abandoned AbandonedOf(string word) => word switch
    {
        "No" => V1.Abandoned.No,
        "Follow-Up" => V1.Abandoned.FollowUp,
        _ => V1.Abandoned.Yes,
    };

    private static V1.Direction DirectionOf(string word) => System.Enum.Parse<V1.Direction>(word);

    private static string Text(Segment segment, string name) => segment.Attributes.GetValueOrDefault(name, "");

    private static Duration Seconds(int seconds) => new() { Seconds = seconds };

    private static Duration? Seconds(Measure? measure) => measure is { } given ? Seconds(given.Seconds) : null;
}
