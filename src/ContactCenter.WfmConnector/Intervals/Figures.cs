namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Figures of one skill and interval, before rounding (WFM-60).</summary>
public sealed class QueueFigures
{
    /// <summary>Start of the interval.</summary>
    public DateTime IntervalStart { get; init; }

    /// <summary>The skill.</summary>
    public string SkillId { get; init; } = "";

    /// <summary>The queue; one of them if several feed the skill.</summary>
    public string QueueSid { get; init; } = "";

    /// <summary>A value of <see cref="Facts.ContactMedium"/>.</summary>
    public short Medium { get; init; }

    /// <summary><c>INBOUND</c> or <c>OUTBOUND</c>.</summary>
    public string Direction { get; init; } = "";

    /// <summary>Contacts that ended.</summary>
    public int Offered { get; init; }

    /// <summary>Of these, accepted ones.</summary>
    public int Answered { get; init; }

    /// <summary>Of these, those that waited no longer than the threshold.</summary>
    public int AnsweredInServiceLevel { get; init; }

    /// <summary>Lost contacts, short ones not included.</summary>
    public int Abandoned { get; init; }

    /// <summary>Lost contacts that waited less than the threshold.</summary>
    public int ShortAbandoned { get; init; }

    /// <summary>Contacts that left otherwise.</summary>
    public int Redirected { get; init; }

    /// <summary>Contacts whose handling ended, of figures that count true to the interval.</summary>
    public int Handled { get; init; }

    /// <summary>Waiting of the answered ones.</summary>
    public long WaitingMs { get; init; }

    /// <summary>The longest of these.</summary>
    public long LongestWaitingMs { get; init; }

    /// <summary>Waiting of the lost ones.</summary>
    public long AbandonedMs { get; init; }

    /// <summary>The longest of these.</summary>
    public long LongestAbandonedMs { get; init; }

    /// <summary>Talk time.</summary>
    public long TalkMs { get; init; }

    /// <summary>Time on hold.</summary>
    public long HoldMs { get; init; }

    /// <summary>Wrap-up time.</summary>
    public long WrapUpMs { get; init; }

    /// <summary>Contacts that waited when the interval ended.</summary>
    public int WaitingAtEnd { get; init; }

    /// <summary>Talk, hold and wrap-up in whole seconds that add up to the rounded handle time.</summary>
    public HandleSeconds Handle => HandleSeconds.Of(TalkMs, HoldMs, WrapUpMs);

    /// <summary>Share of the contacts answered in time, in percent with two decimals; null without any that count.</summary>
    public double? ServiceLevel => Offered - ShortAbandoned - Redirected is > 0 and var counted
        ? Math.Round(100.0 * AnsweredInServiceLevel / counted, 2, MidpointRounding.AwayFromZero)
        : null;
}

/// <summary>What one agent did for one skill in one interval, before rounding (WFM-63).</summary>
public sealed class AgentQueueFigures
{
    /// <summary>Start of the interval.</summary>
    public DateTime IntervalStart { get; init; }

    /// <summary>The skill.</summary>
    public string SkillId { get; init; } = "";

    /// <summary>The agent.</summary>
    public string AgentSid { get; init; } = "";

    /// <summary>Contacts handled.</summary>
    public int Answered { get; init; }

    /// <summary>Talk time.</summary>
    public long TalkMs { get; init; }

    /// <summary>Time on hold.</summary>
    public long HoldMs { get; init; }

    /// <summary>Wrap-up time.</summary>
    public long WrapUpMs { get; init; }

    /// <summary>Offers turned down.</summary>
    public int Rejected { get; init; }

    /// <summary>Offers not answered.</summary>
    public int Missed { get; init; }

    /// <summary>Contacts passed on.</summary>
    public int TransferredOut { get; init; }

    /// <summary>Talk, hold and wrap-up in whole seconds that add up to the rounded handle time.</summary>
    public HandleSeconds Handle => HandleSeconds.Of(TalkMs, HoldMs, WrapUpMs);
}

/// <summary>Parts of the handle time in whole seconds.</summary>
/// <param name="Talk">Talk time.</param>
/// <param name="Hold">Time on hold.</param>
/// <param name="WrapUp">Wrap-up time.</param>
public readonly record struct HandleSeconds(long Talk, long Hold, long WrapUp)
{
    /// <summary>The whole.</summary>
    public long Total => Talk + Hold + WrapUp;

    /// <summary>Rounds parts so that they add up to the rounded whole (WFM-42).</summary>
    public static HandleSeconds Of(long talkMs, long holdMs, long wrapUpMs)
    {
        var (talk, handled) = (Quarter.Seconds(talkMs), Quarter.Seconds(talkMs + holdMs));
        return new(talk, handled - talk, Quarter.Seconds(talkMs + holdMs + wrapUpMs) - handled);
    }
}
