using System.ComponentModel.DataAnnotations;

namespace ContactCenter.Durable;

/// <summary>Settings under <c>Durable</c>.</summary>
public sealed class DurableOptions
{
    /// <summary>Most connections of this process, 5 to 200.</summary>
    [Range(5, 200)]
    public int PoolSize { get; set; } = 20;

    /// <summary>Calls that this process takes at a time, without those of operators and health checks, 20 to 100,000 (DUR-56).</summary>
    [Range(20, 100_000)]
    public int MaxConcurrentCalls { get; set; } = 1_000;

    /// <summary>Longest wait for another process that migrates, 10 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan MigrationLockTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Days for which consumed message ids are remembered, 7 to 365 (DUR-16).</summary>
    [Range(7, 365)]
    public int InboxDays { get; set; } = 30;

    /// <summary>Days for which the answers of mutating calls are kept, 1 to 90 (DUR-25).</summary>
    [Range(1, 90)]
    public int IdempotencyDays { get; set; } = 7;

    /// <summary>Days for which audit entries are kept, 30 to 3,650; whole months are dropped (DUR-62).</summary>
    [Range(30, 3_650)]
    public int AuditDays { get; set; } = 400;

    /// <summary>Days for which the history of jobs is kept, 1 to 365 (DUR-39).</summary>
    [Range(1, 365)]
    public int HistoryDays { get; set; } = 14;

    /// <summary>Most jobs that this process holds at once, 1 to 1,000 (DUR-29).</summary>
    [Range(1, 1_000)]
    public int ClaimSize { get; set; } = 100;

    /// <summary>After this time without renewal a job is claimed again, 5 s to 1 h (DUR-29).</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest pause between two looks for jobs, 1 to 60 s (DUR-40).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan MaxIdlePoll { get; set; } = TimeSpan.FromSeconds(5);
}
