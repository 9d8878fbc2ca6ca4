namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>A row of <c>insights.agents</c>.</summary>
internal sealed class AgentRow
{
    /// <summary>The columns of <c>insights.agents a</c>.</summary>
    public const string Columns =
        """
        a.agent_sid AS AgentSid, a.account_sid AS AccountSid, a.worker_name AS WorkerName, a.attributes AS Attributes, a.attributes_time AS AttributesTime,
        a.attributes_key AS AttributesKey, a.activity AS Activity, a.activity_sid AS ActivitySid, a.status_time AS StatusTime, a.status_key AS StatusKey,
        a.date_joined AS DateJoined, a.date_left AS DateLeft, a.revision AS Revision, a.test AS Test, a.update_time AS UpdateTime
        """;

    public string AgentSid { get; init; } = "";
    public string AccountSid { get; init; } = "";
    public string? WorkerName { get; init; }
    public string Attributes { get; init; } = "{}";
    public DateTime? AttributesTime { get; init; }
    public string? AttributesKey { get; init; }
    public string? Activity { get; init; }
    public string? ActivitySid { get; init; }
    public DateTime? StatusTime { get; init; }
    public string? StatusKey { get; init; }
    public DateTime? DateJoined { get; init; }
    public DateTime? DateLeft { get; init; }
    public string? LastQueueSid { get; init; }
    public long Revision { get; init; }
    public bool Test { get; init; }
    public DateTime UpdateTime { get; init; }

    public Agent ToAgent() => new()
    {
        AgentSid = AgentSid,
        AccountSid = AccountSid,
        WorkerName = WorkerName,
        Attributes = AgentAttributes.Read(Attributes),
        AttributesTime = Utc(AttributesTime),
        AttributesKey = AttributesKey,
        Activity = Activity,
        ActivitySid = ActivitySid,
        StatusTime = Utc(StatusTime),
        StatusKey = StatusKey,
        DateJoined = Utc(DateJoined),
        DateLeft = Utc(DateLeft),
        LastQueueSid = LastQueueSid,
        Revision = Revision,
        Test = Test,
        UpdateTime = new(UpdateTime),
    };

    private static DateTimeOffset? Utc(DateTime? time) => time is { } known ? new(known) : null;
}

/// <summary>A row of <c>insights.status_segments</c>.</summary>
internal sealed class StatusSegmentRow
{
    /// <summary>The columns of <c>insights.status_segments g</c>.</summary>
    public const string Columns =
        """
        g.segment_id AS SegmentId, g.account_sid AS AccountSid, g.agent_sid AS AgentSid, g.source_key AS SourceKey, g.reconstructed AS Reconstructed,
        g.activity AS Activity, g.activity_sid AS ActivitySid, g.start_time AS StartTime, g.end_time AS EndTime, g.revision AS Revision,
        g.withdrawn AS Withdrawn, g.test AS Test
        """;

    public string SegmentId { get; init; } = "";
    public string AccountSid { get; init; } = "";
    public string AgentSid { get; init; } = "";
    public string SourceKey { get; init; } = "";
    public bool Reconstructed { get; init; }
    public string Activity { get; init; } = "";
    public string? ActivitySid { get; init; }
    public DateTime StartTime { get; init; }
    public DateTime? EndTime { get; init; }
    public long Revision { get; init; }
    public bool Withdrawn { get; init; }
    public bool Test { get; init; }

    public StatusRow ToStatus() => new(
        new StatusSegment
        {
            SegmentId = SegmentId,
            AgentSid = AgentSid,
            SourceKey = SourceKey,
            IsReconstructed = Reconstructed,
            Activity = Activity,
            ActivitySid = ActivitySid,
            StartTime = new(StartTime),
            EndTime = EndTime is { } end ? new(end) : null,
        },
        AccountSid,
        Test,
        Revision,
        Withdrawn);
}
