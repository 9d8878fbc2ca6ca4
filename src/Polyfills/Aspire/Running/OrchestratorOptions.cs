namespace Aspire.Hosting.Running;

/// <summary>The limits of the orchestrator.</summary>
internal sealed record OrchestratorOptions
{
    /// <summary>How long a resource waits for those it needs.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a process may take to end after it was asked to.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a health check may take.</summary>
    public TimeSpan CheckLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two checks of what is not healthy yet.</summary>
    public TimeSpan CheckWhileUnhealthy { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two checks of what is healthy.</summary>
    public TimeSpan CheckWhileHealthy { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first crash to the next start; doubled with each further crash.</summary>
    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time from a crash to the next start.</summary>
    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A process that ran this long begins again with the first back-off.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromMinutes(1);
}
