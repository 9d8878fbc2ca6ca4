using ContactCenter.FollowUpScheduler.Definitions;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Whether a notification that has come up may be sent now: a pure function (FUP-9, FUP-43, FUP-65, FUP-69, FUP-71).</summary>
/// <param name="EffectiveDueTime">When it is due after all that holds it back; the next attempt counts from here.</param>
/// <param name="HoldReason">One of <see cref="HoldReasons"/>; empty if it may be sent.</param>
/// <param name="Until">When it comes up again; null when a poll will say.</param>
public sealed record SendDecision(DateTimeOffset EffectiveDueTime, string HoldReason = "", DateTimeOffset? Until = null)
{
    // Later than this it was not a busy machine but downtime, after which one attempt stands for all that were missed.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    // So long before a planned poll attempts wait for it.
    private static readonly TimeSpan BeforePoll = TimeSpan.FromSeconds(60);

    /// <summary>Decides.</summary>
    /// <param name="followUp">The follow-up with its plan.</param>
    /// <param name="reason">Why the notification was held back before; empty if it was not.</param>
    /// <param name="due">Its effective due time so far.</param>
    /// <param name="windows">Quiet hours that apply to the recipient.</param>
    /// <param name="zone">The zone they are read in.</param>
    /// <param name="now">Now.</param>
    public static SendDecision Of(
        StoredFollowUp followUp, string reason, DateTimeOffset due, IReadOnlyList<QuietWindow> windows, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (reason == HoldReasons.Retrying)
            return new(due);
        var extraction = followUp.Definition.DataExtraction;
        var at = reason != HoldReasons.PollPending && now - due > Tolerance ? now : due;
        if (!followUp.IsActive)
            return new(at, HoldReasons.Inactive);
        if (PollEnd(followUp, at) is { } pollEnd && pollEnd > now)
            return new(at, HoldReasons.PollPending, pollEnd);
        if (followUp.LastSuccessTime is not { } success || at - success > PollPlan.Staleness(extraction))
            return new(at, HoldReasons.Stale);
        var open = QuietWindow.FirstOpen(windows, zone, at);
        return open > now ? new(open, HoldReasons.QuietHours, open) : new(open);
    }

    /// <summary>Until when at the latest a poll that runs, or that is about to, may take; null if there is none.</summary>
    private static DateTimeOffset? PollEnd(StoredFollowUp followUp, DateTimeOffset at)
    {
        var timeout = PollPlan.Timeout(followUp.Definition.DataExtraction);
        if (followUp.RunningPoll is not null)
            return followUp.LastPollTime + timeout;
        return followUp.NextPollTime is { } next && at >= next - BeforePoll ? next + timeout : null;
    }
}
