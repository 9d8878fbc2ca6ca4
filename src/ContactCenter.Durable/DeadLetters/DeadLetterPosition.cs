namespace ContactCenter.Durable.DeadLetters;

/// <summary>A place in the list of letters, which is ordered by last try, newest first; the next page begins after it.</summary>
/// <param name="LastTime">Last try of the last letter seen.</param>
/// <param name="Id">Its id.</param>
public readonly record struct DeadLetterPosition(DateTimeOffset LastTime, Guid Id)
{
    /// <summary>The position of a letter.</summary>
    public static DeadLetterPosition Of(StoredDeadLetter letter) => new(letter.LastTime, letter.Id);
}
