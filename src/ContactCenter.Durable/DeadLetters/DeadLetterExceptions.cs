namespace ContactCenter.Durable.DeadLetters;

/// <summary>No dead letter has the given id.</summary>
/// <param name="id">The id asked for.</param>
public sealed class DeadLetterNotFoundException(Guid id) : Exception($"There is no dead letter {id}.")
{
    /// <summary>The id asked for.</summary>
    public Guid Id { get; } = id;
}

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

/// <summary>The token of a bulk replay is unknown, used, older than 10 minutes or that of another filter; nothing was changed (DUR-50).</summary>
public sealed class ReplayTokenException() : Exception("The token is unknown, used, older than 10 minutes, or that of a dry run with another filter: make a new dry run.");

/// <summary>No bulk replay with the given id was started.</summary>
/// <param name="id">The id asked for.</param>
public sealed class ReplayNotFoundException(Guid id) : Exception($"There is no replay {id}.")
{
    /// <summary>The id asked for.</summary>
    public Guid Id { get; } = id;
}

/// <summary>A bulk replay that is done cannot be cancelled.</summary>
/// <param name="id">The replay.</param>
public sealed class ReplayDoneException(Guid id) : Exception($"Replay {id} is DONE: all its letters were moved back.");
