using ContactCenter.WfmConnector.Facts;
using ContactCenter.WfmConnector.Intervals;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Our names of what rows can hold, which profiles map to names on the wire (WFM-89).</summary>
internal static class WireFields
{
    private static WireObject<(string? ReasonCode, long Seconds)> Reason { get; } =
        new("unavailable_reason", new Dictionary<string, FieldWriter<(string? ReasonCode, long Seconds)>>
        {
            ["reason_code"] = (writer, row) => writer.Text(row.ReasonCode),
            ["time"] = (writer, row) => writer.Number(row.Seconds),
        });

    /// <summary>A completed activity.</summary>
    public static WireObject<(string Login, Span Span)> Activity { get; } = new("activity", new Dictionary<string, FieldWriter<(string Login, Span Span)>>
    {
        ["agent_value"] = (writer, row) => writer.Text(row.Login),
        ["agent_id"] = (writer, row) => writer.Text(row.Login),
        ["activity"] = (writer, row) => writer.Text(row.Span.Kind.State),
        ["reason_code"] = (writer, row) => writer.Text(row.Span.Kind.ReasonCode),
        ["medium"] = (writer, row) => writer.Text(row.Span.Medium is { } medium ? ContactMedia.WordOf(medium) : null),
        ["start"] = (writer, row) => writer.Time(row.Span.Start),
        ["end"] = (writer, row) => writer.Time(row.Span.End),
        ["duration"] = (writer, row) => writer.Number(Quarter.Seconds((row.Span.End!.Value - row.Span.Start).Ticks / TimeSpan.TicksPerMillisecond)),
    });

    /// <summary>A skill.</summary>
    public static WireObject<(string Name, QueueFigures Figures)> Queue { get; } = new("queue", new Dictionary<string, FieldWriter<(string Name, QueueFigures Figures)>>
    {
        ["queue_name"] = (writer, row) => writer.Text(row.Name),
        ["queue_id"] = (writer, row) => writer.Text(row.Figures.SkillId),
        ["medium"] = (writer, row) => writer.Text(ContactMedia.WordOf((ContactMedium)row.Figures.Medium)),
        ["direction"] = (writer, row) => writer.Text(row.Figures.Direction),
        ["offered"] = (writer, row) => writer.Number(row.Figures.Offered),
        ["answered"] = (writer, row) => writer.Number(row.Figures.Answered),
        ["answered_in_service_level"] = (writer, row) => writer.Number(row.Figures.AnsweredInServiceLevel),
        ["abandoned"] = (writer, row) => writer.Number(row.Figures.Abandoned),
        ["short_abandoned"] = (writer, row) => writer.Number(row.Figures.ShortAbandoned),
        ["redirected"] = (writer, row) => writer.Number(row.Figures.Redirected),
        ["queue_time"] = (writer, row) => writer.Number(Quarter.Seconds(row.Figures.WaitingMs)),
        ["max_queue_time"] = (writer, row) => writer.Number(Quarter.Seconds(row.Figures.LongestWaitingMs)),
        ["abandoned_time"] = (writer, row) => writer.Number(Quarter.Seconds(row.Figures.AbandonedMs)),
        ["max_abandoned_time"] = (writer, row) => writer.Number(Quarter.Seconds(row.Figures.LongestAbandonedMs)),
        ["talk_time"] = (writer, row) => writer.Number(row.Figures.Handle.Talk),
        ["hold_time"] = (writer, row) => writer.Number(row.Figures.Handle.Hold),
        ["wrap_up_time"] = (writer, row) => writer.Number(row.Figures.Handle.WrapUp),
        ["handle_time"] = (writer, row) => writer.Number(row.Figures.Handle.Total),
        ["waiting_at_end"] = (writer, row) => writer.Number(row.Figures.WaitingAtEnd),
        ["service_level"] = (writer, row) => writer.Number(row.Figures.ServiceLevel),
    });

    /// <summary>An agent and a skill.</summary>
    public static WireObject<(string Login, AgentQueueFigures Figures)> AgentQueue { get; } =
        new("agent_queue", new Dictionary<string, FieldWriter<(string Login, AgentQueueFigures Figures)>>
        {
            ["agent_value"] = (writer, row) => writer.Text(row.Login),
            ["agent_id"] = (writer, row) => writer.Text(row.Login),
            ["queue_id"] = (writer, row) => writer.Text(row.Figures.SkillId),
            ["answered"] = (writer, row) => writer.Number(row.Figures.Answered),
            ["talk_time"] = (writer, row) => writer.Number(row.Figures.Handle.Talk),
            ["hold_time"] = (writer, row) => writer.Number(row.Figures.Handle.Hold),
            ["wrap_up_time"] = (writer, row) => writer.Number(row.Figures.Handle.WrapUp),
            ["handle_time"] = (writer, row) => writer.Number(row.Figures.Handle.Total),
            ["rejected"] = (writer, row) => writer.Number(row.Figures.Rejected),
            ["missed"] = (writer, row) => writer.Number(row.Figures.Missed),
            ["transferred_out"] = (writer, row) => writer.Number(row.Figures.TransferredOut),
        });

    /// <summary>An agent's time.</summary>
    public static WireObject<AgentPerformance> Performance { get; } = new("agent_performance", new Dictionary<string, FieldWriter<AgentPerformance>>
    {
        ["agent_value"] = (writer, row) => writer.Text(row.Login),
        ["agent_id"] = (writer, row) => writer.Text(row.Login),
        ["logged_in_time"] = (writer, row) => writer.Number(row.LoggedIn),
        ["available_time"] = (writer, row) => writer.Number(row.Available),
        ["unavailable_time"] = (writer, row) => writer.Number(row.UnavailableTotal),
        ["unavailable_reasons"] = (writer, row) => writer.Array(Reason.In(writer.Profile), row.Unavailable),
        ["on_contact_time"] = (writer, row) => writer.Number(row.OnContact),
        ["wrap_up_time"] = (writer, row) => writer.Number(row.WrapUp),
        ["handled"] = (writer, row) => writer.Number(row.Handled),
        ["handle_time"] = (writer, row) => writer.Number(row.HandleTime),
    });

    /// <summary>An agent's state.</summary>
    public static WireObject<StateEntry> State { get; } = new("agent_state", new Dictionary<string, FieldWriter<StateEntry>>
    {
        ["agent_value"] = (writer, row) => writer.Text(row.Login),
        ["agent_id"] = (writer, row) => writer.Text(row.Login),
        ["state"] = (writer, row) => writer.Text(row.Kind.State),
        ["reason_code"] = (writer, row) => writer.Text(row.Kind.ReasonCode),
        ["reason_text"] = (writer, row) => writer.Text(row.Kind.ReasonText),
        ["medium"] = (writer, row) => writer.Text(row.Medium is { } medium ? ContactMedia.WordOf(medium) : null),
        ["start"] = (writer, row) => writer.Time(row.Since),
        ["previous_state"] = (writer, row) => writer.Text(row.Previous?.State),
        ["previous_reason_code"] = (writer, row) => writer.Text(row.Previous?.ReasonCode),
        ["previous_start"] = (writer, row) => writer.Time(row.PreviousSince),
        ["sequence"] = (writer, row) => writer.Number(row.Sequence),
    });
}
