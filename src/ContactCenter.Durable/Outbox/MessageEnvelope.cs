using System.Buffers;
using System.Text.Json;
using RabbitMQ.Client;

namespace ContactCenter.Durable.Outbox;

/// <summary>The form in which MassTransit sends a message: its JSON envelope and AMQP properties.</summary>
internal static class MessageEnvelope
{
    /// <summary>Content type by which MassTransit chooses its envelope deserializer.</summary>
    public const string ContentType = "application/vnd.masstransit+json";

    /// <summary>Header with the W3C trace context of the cause.</summary>
    public const string TraceHeader = "MT-Activity-Id";

    /// <summary>Writes the envelope around the stored payload, which is copied as it is.</summary>
    public static ReadOnlyMemory<byte> Body(OutboxMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(message.Payload.Length + 512);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("messageId"u8, message.Id);
        json.WriteStartArray("messageType"u8);
        json.WriteStringValue(message.Type);
        json.WriteEndArray();
        json.WritePropertyName("message"u8);
        json.WriteRawValue(message.Payload, skipInputValidation: true);
        json.WriteString("sentTime"u8, message.Time);
        json.WriteStartObject("headers"u8);
        if (message.TraceParent is not null)
            json.WriteString(TraceHeader, message.TraceParent);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The AMQP properties of the message.</summary>
    public static BasicProperties Properties(OutboxMessage message) => new()
    {
        MessageId = message.Id.ToString(),
        ContentType = ContentType,
        DeliveryMode = DeliveryModes.Persistent,
        Headers = message.TraceParent is null ? null : new Dictionary<string, object?> { [TraceHeader] = message.TraceParent },
    };
}
