namespace ContactCenter.Durable.DeadLetters;

/// <summary>Told when an operator discards a letter, so that what it stood for in the service ends with it; register as many as needed.</summary>
public interface IDeadLetterObserver
{
    /// <summary>A letter was discarded.</summary>
    /// <param name="transaction">Commits that, and what follows from it.</param>
    /// <param name="letter">The letter as it is now.</param>
    Task DiscardedAsync(DurableTransaction transaction, StoredDeadLetter letter);
}
