using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.Serialization;

namespace ContactCenter.Durable.Outbox;

/// <summary>A message as the outbox stores it (DUR-9).</summary>
/// <param name="Id">UUIDv7; its time chooses the inbox partition of its consumers.</param>
/// <param name="Key">Ordering key, or null.</param>
/// <param name="Type">URN of the record, with the prefix <c>urn:message:</c>.</param>
/// <param name="Exchange">Exchange to publish to.</param>
/// <param name="Mandatory">Whether a queue must take it.</param>
/// <param name="Payload">The record as UTF-8 JSON.</param>
/// <param name="Time">When it was written.</param>
/// <param name="TraceParent">W3C trace context of the cause, or null.</param>
internal sealed record OutboxMessage(
    Guid Id, string? Key, string Type, string Exchange, bool Mandatory, byte[] Payload, DateTimeOffset Time, string? TraceParent)
{
    /// <summary>Largest payload; larger content travels by reference.</summary>
    public const int MaxPayloadBytes = 512 * 1024;

    private static readonly ConcurrentDictionary<Type, (string Type, string Exchange)> Names = new();

    // MassTransit's own form, so that consumers built elsewhere read it; without the line breaks.
    private static readonly JsonSerializerOptions Json = new(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

    /// <summary>Serialises a record, with the trace context of the current activity.</summary>
    /// <exception cref="MessageTooLargeException">The JSON exceeds <see cref="MaxPayloadBytes"/>.</exception>
    public static OutboxMessage Create<T>(T message, string? key, bool mandatory, DateTimeOffset time)
        where T : class
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(message, Json);
        var (type, exchange) = Names.GetOrAdd(typeof(T), NamesOf);
        if (payload.Length > MaxPayloadBytes)
            throw new MessageTooLargeException(type, payload.Length);
        return new OutboxMessage(Guid.CreateVersion7(time), key, type, exchange, mandatory, payload, time, Activity.Current?.Id);
    }

    /// <summary>The URN and the exchange by which MassTransit knows a message type.</summary>
    public static (string Type, string Exchange) NamesOf(Type message) =>
        (MessageUrn.ForTypeString(message),
         message.GetCustomAttribute<EntityNameAttribute>()?.EntityName ?? new RabbitMqMessageNameFormatter().GetMessageName(message));
}
