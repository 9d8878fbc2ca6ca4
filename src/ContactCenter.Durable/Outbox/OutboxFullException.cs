namespace ContactCenter.Durable;

/// <summary>More messages wait for the broker than <c>Outbox:MaxPending</c> allows; nothing was changed: <c>RESOURCE_EXHAUSTED</c> / <c>OVERLOADED</c> (DUR-14).</summary>
public sealed class OutboxFullException() : Exception("The outbox is full: the broker has not taken its messages for too long.");
