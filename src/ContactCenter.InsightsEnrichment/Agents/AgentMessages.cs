using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>Renders agents as messages of the contract.</summary>
internal static class AgentMessages
{
    /// <summary>Renders an agent.</summary>
    public static V1.Agent Of(Agent agent) => new()
    {
        AgentSid = agent.AgentSid,
        AccountSid = agent.AccountSid,
        AgentId = agent.Attributes.GetValueOrDefault("agent_id") ?? "",
        FullName = agent.FullName ?? "",
        Attributes = { agent.Attributes },
        TeamId = agent.Attributes.GetValueOrDefault("team_id") ?? agent.LastQueueSid ?? "",
        TeamName = agent.Attributes.GetValueOrDefault("team_name") ?? "",
        State = agent.State,
        CurrentActivity = agent.Activity ?? "",
        CurrentActivitySid = agent.ActivitySid ?? "",
        CurrentActivityStartTime = agent.Activity is null ? null : agent.StatusTime?.ToTimestamp(),
        DateJoined = agent.DateJoined?.ToTimestamp(),
        DateLeft = agent.DateLeft?.ToTimestamp(),
        Revision = agent.Revision,
        UpdateTime = agent.UpdateTime.ToTimestamp(),
        Test = agent.Test,
    };

    /// <summary>Renders what an agent does; it has an activity.</summary>
    public static V1.AgentState StateOf(Agent agent, bool available, IEnumerable<AcceptedReservation> open) => new()
    {
        AgentSid = agent.AgentSid,
        AccountSid = agent.AccountSid,
        AgentId = agent.Attributes.GetValueOrDefault("agent_id") ?? "",
        FullName = agent.FullName ?? "",
        Activity = agent.Activity,
        ActivitySid = agent.ActivitySid ?? "",
        Available = available,
        StartTime = agent.StatusTime?.ToTimestamp(),
        OpenReservations =
        {
            open.Select(reservation => new V1.OpenReservation
            {
                ReservationSid = reservation.ReservationSid,
                TaskSid = reservation.TaskSid,
                ConversationId = reservation.ConversationId,
                QueueSid = reservation.QueueSid ?? "",
                StartTime = reservation.StartTime.ToTimestamp(),
            }),
        },
    };

    /// <summary>Renders a status segment.</summary>
    public static V1.AgentStatusSegment Of(StatusRow row) => new()
    {
        SegmentId = row.Segment.SegmentId,
        AccountSid = row.AccountSid,
        AgentSid = row.Segment.AgentSid,
        Activity = row.Segment.Activity,
        ActivitySid = row.Segment.ActivitySid ?? "",
        StartTime = row.Segment.StartTime.ToTimestamp(),
        EndTime = row.Segment.EndTime?.ToTimestamp(),
        ActivityTime = row.Segment.ActivityTime is { } time ? Duration.FromTimeSpan(TimeSpan.FromSeconds(time.Seconds)) : null,
        Reconstructed = row.Segment.IsReconstructed,
        Revision = row.Revision,
        Test = row.Test,
    };
}
