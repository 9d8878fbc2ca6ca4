namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Why a notification is DEFERRED.</summary>
public static class HoldReasons
{
    /// <summary>The follow-up is INACTIVE (FUP-9).</summary>
    public const string Inactive = "FOLLOW_UP_INACTIVE";

    /// <summary>The last successful poll is too long ago (FUP-43).</summary>
    public const string Stale = "SOURCE_STALE";

    /// <summary>A poll runs or is about to (FUP-43).</summary>
    public const string PollPending = "POLL_PENDING";

    /// <summary>Quiet hours (FUP-72).</summary>
    public const string QuietHours = "QUIET_HOURS";

    /// <summary>The channel could not take it just now; it keeps its time (FUP-65).</summary>
    public const string Retrying = "RETRYING";

    /// <summary>A step that looks recipients up has failed in the last poll (FUP-49).</summary>
    public const string LookUpFailed = "LOOK_UP_FAILED";

    /// <summary>What the end of any poll lifts.</summary>
    public static readonly string[] ReleasedByEnd = [PollPending];

    /// <summary>What a successful poll lifts: all that does not end by itself, blocked recipients included (FUP-49).</summary>
    public static readonly string[] ReleasedBySuccess =
        [PollPending, Stale, Inactive, "RECIPIENT_NOT_FOUND", "RECIPIENT_AMBIGUOUS", LookUpFailed, "NO_CHANNEL", "NO_ADDRESS", "OPTED_OUT"];
}
