using ContactCenter.Durable.Recurring;

namespace ContactCenter.Durable.Jobs;

/// <summary>What a dead letter means for the later jobs of its key (DUR-37).</summary>
public enum KeyMode
{
    /// <summary>It frees the key: the others go on without it.</summary>
    Skip,

    /// <summary>The key waits until the letter is replayed, and then begins with it, or discarded.</summary>
    Strict,
}

/// <summary>A registered kind of job.</summary>
/// <param name="Name">Stable name, such as <c>webhooks.send</c>.</param>
/// <param name="Handler">The <see cref="IJobHandler"/>.</param>
/// <param name="Policy">Name of the policy that says what follows a failure.</param>
/// <param name="MaxRunTime">A longer run is cancelled, and has failed with <c>TIMEOUT</c>.</param>
/// <param name="KeyMode">What its dead letter means for its key.</param>
/// <param name="Recurrence">How it recurs, or null.</param>
internal sealed record JobKind(string Name, Type Handler, string Policy, TimeSpan MaxRunTime, KeyMode KeyMode, Recurrence? Recurrence = null);

/// <summary>The kinds of job of this process, and the signal that some were committed.</summary>
public sealed class JobQueue : IDisposable
{
    private readonly Dictionary<string, JobKind> _kinds;

    internal JobQueue(IEnumerable<JobKind> kinds, SteadyTime time)
    {
        _kinds = kinds.ToDictionary(kind => kind.Name);
        Time = time;
    }

    /// <summary>Names of the registered kinds; no others are enqueued or claimed (DUR-26, DUR-27).</summary>
    public IReadOnlyCollection<string> Kinds => _kinds.Keys;

    /// <summary>The clock by which jobs are due and grow older.</summary>
    internal SteadyTime Time { get; }

    /// <summary>Wakes this process's worker.</summary>
    internal WakeSignal Signal { get; } = new();

    internal JobKind this[string kind] => _kinds.TryGetValue(kind, out var found) ? found : throw new UnknownJobKindException(kind);

    /// <summary>Releases the signal.</summary>
    public void Dispose() => Signal.Dispose();
}
