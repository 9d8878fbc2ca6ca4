using System.Globalization;
using ContactCenter.Durable;

namespace ContactCenter.FollowUpScheduler.Polls;

/// <summary>A poll to be made.</summary>
/// <param name="FollowUpId">The follow-up.</param>
/// <param name="PlannedTime">When it is planned, or was asked for.</param>
/// <param name="IsTriggered">Whether it was asked for by hand, outside the plan.</param>
public sealed record PollJob(string FollowUpId, DateTimeOffset PlannedTime, bool IsTriggered)
{
    /// <summary>Kind of these jobs.</summary>
    public const string Kind = "followups.poll";

    /// <summary>Longest run: that of a poll, and of what it stores.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(65);

    /// <summary>Enqueues a planned poll; one that is planned already stays the only one of its time.</summary>
    /// <param name="transaction">The transaction that plans it.</param>
    /// <param name="followUpId">The follow-up.</param>
    /// <param name="time">When.</param>
    public static void Plan(DurableTransaction transaction, string followUpId, DateTimeOffset time) => transaction.Enqueue(
        Kind,
        new PollJob(followUpId, time, IsTriggered: false),
        new JobOptions { Group = followUpId, DueTime = time, DeduplicationKey = string.Create(CultureInfo.InvariantCulture, $"{followUpId}/{time.UtcTicks}") });

    /// <summary>Enqueues a poll at once.</summary>
    /// <param name="transaction">The transaction that asks for it.</param>
    /// <param name="followUpId">The follow-up.</param>
    /// <param name="time">Now.</param>
    public static void Trigger(DurableTransaction transaction, string followUpId, DateTimeOffset time) =>
        transaction.Enqueue(Kind, new PollJob(followUpId, time, IsTriggered: true), new JobOptions { Group = followUpId });
}
