namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>A notification to be sent when it is due.</summary>
/// <param name="NotificationId">The notification.</param>
public sealed record NotificationJob(Guid NotificationId)
{
    /// <summary>Kind of these jobs.</summary>
    public const string Kind = "followups.notify";

    /// <summary>Tries again whatever happened: how long, the handler decides by the frequency of the follow-up (FUP-66).</summary>
    public static readonly Durable.RetryPolicy Policy =
        new("notifications", null, TimeSpan.FromDays(30), TimeSpan.FromSeconds(5), 2, TimeSpan.FromMinutes(10), 0.2, [new("*", Durable.RetryAction.Retry)]);
}
