using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What published events tell of a session: the last word up to the time of each event (section 5 of the specification).</summary>
/// <param name="name">The session.</param>
/// <param name="events">Its events.</param>
/// <param name="isHipaa">Whether of the customer only the id is told, and nothing that was written (INS-31, INS-110).</param>
internal sealed class SessionKnowledge(SessionName name, IEnumerable<SessionEvent> events, bool isHipaa)
{
    private readonly List<SessionEvent> _events = [.. events.Order(SessionEvent.InOrder)];

    /// <summary>Whether message text may be published.</summary>
    public bool IsHipaa => isHipaa;

    /// <summary>Whether nobody joined before an event.</summary>
    public bool IsFirstAgent(SessionEvent current) =>
        !_events.Exists(other => other.Type == SessionEventTypes.Joined && SessionEvent.InOrder.Compare(other, current) < 0);

    /// <summary>The facts as of an event; null for those of the whole session.</summary>
    public SessionFacts FactsAt(SessionEvent? current, string? sessionType, string? conversationId, long sequence)
    {
        var until = current is null ? _events : _events.FindAll(other => SessionEvent.InOrder.Compare(other, current) <= 0);
        var start = until.Find(other => other.Type == SessionEventTypes.Started)?.Data ?? SessionData.Empty;
        var queue = until.FindLast(other => other.Data.Text("queue_id") is not null)?.Data ?? SessionData.Empty;
        var agent = current?.AgentId is not null ? current : until.FindLast(other => other.Type == SessionEventTypes.Joined);
        var own = current?.Data ?? start;
        return new()
        {
            SessionKind = name.KindWord,
            SessionId = name.Id,
            SessionType = sessionType,
            Sequence = sequence,
            TaskSid = Last("task_sid"),
            ConversationId = conversationId,
            Agent = agent is null ? null : AgentOf(agent.AgentId!.Value),
            QueueId = queue.Text("queue_id"),
            QueuePath = queue.Text("queue_path"),
            CampaignId = Last("campaign_id"),
            CampaignName = Last("campaign_name"),
            EndUser = EndUserOf(start.Nested("end_user")),
            Lang = Last("lang"),
            DeviceType = start.Text("device_type"),
            Sdk = isHipaa ? null : start.Element("sdk"),
            SupportNumber = start.Text("support_number"),
            OutboundNumber = start.Text("outbound_number"),
            VirtualAgentId = own.Number("virtual_agent_id") ?? own.Nested("virtual_agent").Number("id"),
            VaDataParameters = own.Element("va_data_parameters"),
            SessionVariable = own.Element("session_variable"),
            CustomSipHeaders = own.Element("custom_sip_headers"),
            CustomDataSecured = own.Element("custom_data_secured"),
            CustomDataNotSecured = own.Element("custom_data_not_secured"),
        };

        string? Last(string field) => until.FindLast(other => other.Data.Text(field) is not null)?.Data.Text(field);
    }

    /// <summary>An agent, with what any event told.</summary>
    public SessionAgentFacts AgentOf(long id) => new(id, Told(id, "agent_custom_id"), Told(id, "agent_email"));

    private string? Told(long id, string field) => _events.FindLast(other => other.AgentId == id && other.Data.Text(field) is not null)?.Data.Text(field);

    private SessionEndUserFacts? EndUserOf(SessionData user) =>
        !user.Names.Any() ? null
        : isHipaa ? new(user.Number("id"), null, null, null, null, null)
        : new(user.Number("id"), user.Text("identifier"), user.Text("custom_user_id"), user.Text("name"), user.Text("email"), user.Text("phone"));
}
