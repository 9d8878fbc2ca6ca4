namespace ContactCenter.Durable.DeadLetters;

/// <summary>What a bulk replay would do: the answer of its dry run (DUR-50).</summary>
public sealed record ReplayPreview
{
    /// <summary>What <see cref="ReplayDesk.StartAsync"/> needs, within 10 minutes and once.</summary>
    public string Token { get; init; } = "";

    /// <summary>How many letters would be replayed.</summary>
    public required int Count { get; init; }

    /// <summary>First try of the oldest of them, or null if there is none.</summary>
    public DateTimeOffset? Oldest { get; init; }

    /// <summary>First try of the newest of them, or null if there is none.</summary>
    public DateTimeOffset? Newest { get; init; }

    /// <summary>Their kinds.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }
}

/// <summary>How far a bulk replay is.</summary>
public enum ReplayState
{
    /// <summary>Letters are being moved back.</summary>
    Running,

    /// <summary>All letters were moved back.</summary>
    Done,

    /// <summary>An operator ended it; letters not moved back by then are PENDING.</summary>
    Cancelled,
}

/// <summary>A bulk replay that was started (DUR-50).</summary>
public sealed record BulkReplay
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which letters.</summary>
    public required DeadLetterFilter Filter { get; init; }

    /// <summary>How far it is.</summary>
    public required ReplayState State { get; init; }

    /// <summary>How many letters the dry run found.</summary>
    public required int Matched { get; init; }

    /// <summary>How many were moved back. Fewer than found if some were replayed or discarded one by one meanwhile.</summary>
    public required int Replayed { get; init; }

    /// <summary>Letters per second, 1 to 1,000.</summary>
    public required int RatePerSecond { get; init; }

    /// <summary>Whether handlers render their stored requests anew.</summary>
    public required bool ReRender { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedTime { get; init; }

    /// <summary>When it was done or cancelled, or null.</summary>
    public DateTimeOffset? FinishedTime { get; init; }
}
