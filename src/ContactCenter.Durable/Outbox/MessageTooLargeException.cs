using ContactCenter.Durable.Outbox;

namespace ContactCenter.Durable;

/// <summary>A message's JSON is larger than 512 KiB; nothing was written. Large content travels by reference (DUR-9).</summary>
/// <param name="type">The message's URN.</param>
/// <param name="bytes">Its size.</param>
public sealed class MessageTooLargeException(string type, int bytes)
    : Exception($"A message of type {type} has {bytes:N0} bytes; the limit is {OutboxMessage.MaxPayloadBytes:N0}.")
{
    /// <summary>Size of the message's JSON in bytes.</summary>
    public int Bytes { get; } = bytes;
}
