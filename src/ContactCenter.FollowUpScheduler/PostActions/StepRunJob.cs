using System.Globalization;
using ContactCenter.Durable;

namespace ContactCenter.FollowUpScheduler.PostActions;

/// <summary>Steps to be run after a round, after all attempts or after an answer.</summary>
/// <param name="RunId">The run.</param>
public sealed record StepRunJob(Guid RunId)
{
    /// <summary>Kind of these jobs.</summary>
    public const string Kind = "followups.steps";

    /// <summary>Enqueues a run, or moves the one that waits; those of one record run in order (FUP-89).</summary>
    /// <param name="transaction">The transaction that asks for it.</param>
    /// <param name="followUpId">The follow-up.</param>
    /// <param name="recordId">The record.</param>
    /// <param name="runId">The run.</param>
    /// <param name="due">When.</param>
    public static void Enqueue(DurableTransaction transaction, string followUpId, Guid recordId, Guid runId, DateTimeOffset due) => transaction.Enqueue(
        Kind,
        new StepRunJob(runId),
        new JobOptions { Key = $"steps/{recordId:N}", Group = followUpId, DeduplicationKey = runId.ToString("N"), DueTime = due, MovesExisting = true });
}

/// <summary>What a run of steps is told of, stored when it is planned.</summary>
public sealed record StepRunContext
{
    /// <summary>Episode of the record.</summary>
    public required int Episode { get; init; }

    /// <summary>The round, or the attempts of all rounds.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why the attempts ended; empty after a round.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Ids of the recipients.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>The action that was used; empty without an answer.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Who used it; empty without an answer.</summary>
    public string AnsweredBy { get; init; } = "";

    /// <summary>When, as RFC 3339; empty without an answer.</summary>
    public string AnswerTime { get; init; } = "";

    /// <summary>The channel that the answer came by; empty without an answer.</summary>
    public string ChannelId { get; init; } = "";

    /// <summary>Data of the record as JSON.</summary>
    public string Data { get; init; } = "null";

    /// <summary>A time as templates show it.</summary>
    /// <param name="time">The time.</param>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
