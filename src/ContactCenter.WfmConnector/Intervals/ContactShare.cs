namespace ContactCenter.WfmConnector.Intervals;

/// <summary>A contact with its shares of the sums of one interval (WFM-50).</summary>
public sealed class ContactShare
{
    /// <summary>The segment that ended it.</summary>
    public string SegmentId { get; init; } = "";

    /// <summary>The task.</summary>
    public string TaskSid { get; init; } = "";

    /// <summary>Who answered it; null if nobody did.</summary>
    public string? AgentSid { get; init; }

    /// <summary>The skill.</summary>
    public string SkillId { get; init; } = "";

    /// <summary>A value of <see cref="Facts.ContactMedium"/>.</summary>
    public short Medium { get; init; }

    /// <summary><c>INBOUND</c> or <c>OUTBOUND</c>.</summary>
    public string Direction { get; init; } = "";

    /// <summary><c>answered</c>, <c>abandoned</c>, <c>short_abandoned</c> or <c>redirected</c>.</summary>
    public string Result { get; init; } = "";

    /// <summary>Whether it waited no longer than the service level.</summary>
    public bool IsInLevel { get; init; }

    /// <summary>When it entered the queue.</summary>
    public DateTime EnterTime { get; init; }

    /// <summary>When it was accepted, or left.</summary>
    public DateTime DecideTime { get; init; }

    /// <summary>When the talk ended.</summary>
    public DateTime TalkEndTime { get; init; }

    /// <summary>When it ended, wrap-up included.</summary>
    public DateTime EndTime { get; init; }

    /// <summary>Whether it counts here as a whole.</summary>
    public bool Counts { get; init; }

    /// <summary>Its waiting.</summary>
    public long WaitingMs { get; init; }

    /// <summary>Its talk.</summary>
    public long TalkMs { get; init; }

    /// <summary>Its time on hold.</summary>
    public long HoldMs { get; init; }

    /// <summary>Its wrap-up.</summary>
    public long WrapUpMs { get; init; }

    /// <summary>Seconds of waiting that elapsed here.</summary>
    public long WaitingHere { get; init; }

    /// <summary>Seconds of talk that elapsed here.</summary>
    public long TalkHere { get; init; }

    /// <summary>Seconds on hold that elapsed here.</summary>
    public long HoldHere { get; init; }

    /// <summary>Seconds of wrap-up that elapsed here.</summary>
    public long WrapUpHere { get; init; }
}
