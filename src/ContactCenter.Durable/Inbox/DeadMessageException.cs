namespace ContactCenter.Durable.Inbox;

/// <summary>A message that its consumer will not be given again: carries the reason to the dead letters.</summary>
/// <param name="reason">Such as <c>MAX_ATTEMPTS</c> or <c>TOO_OLD</c>.</param>
/// <param name="message">What is wrong.</param>
/// <param name="attempts">How often the consumer was tried.</param>
/// <param name="firstTime">When it was first tried.</param>
/// <param name="innerException">The consumer's last failure, if it was tried.</param>
internal sealed class DeadMessageException(string reason, string message, int attempts, DateTimeOffset firstTime, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Reason of the dead letter.</summary>
    public string Reason { get; } = reason;

    /// <summary>How often the consumer was tried.</summary>
    public int Attempts { get; } = attempts;

    /// <summary>When the consumer was first tried.</summary>
    public DateTimeOffset FirstTime { get; } = firstTime;
}
