namespace ContactCenter.Durable.DeadLetters;

/// <summary>No dead letter has the given id.</summary>
/// <param name="id">The id asked for.</param>
public sealed class DeadLetterNotFoundException(Guid id) : Exception($"There is no dead letter {id}.");

/// <summary>A dead letter's state does not allow what was asked; nothing was changed (DUR-49).</summary>
/// <param name="id">The letter.</param>
/// <param name="state">Its state.</param>
/// <param name="why">Why not.</param>
public sealed class DeadLetterStateException(Guid id, DeadLetterState state, string why)
    : Exception($"Dead letter {id} is {state.ToString().ToUpperInvariant()}: {why}.")
{
    /// <summary>The letter's state.</summary>
    public DeadLetterState State { get; } = state;
}
