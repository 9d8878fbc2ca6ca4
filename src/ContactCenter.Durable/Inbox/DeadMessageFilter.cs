using System.Runtime.ExceptionServices;
using System.Text.Json;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Outbox;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Durable.Inbox;

/// <summary>Stores messages that cannot be consumed as dead letters; the broker is acknowledged after that (DUR-17).</summary>
internal sealed partial class DeadMessageFilter(DurableDatabase database, DeadLetterStore letters, TimeProvider timeProvider, ILogger<DeadMessageFilter> logger)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    /// <summary>A message whose consumer failed for good, or whose body could not be read.</summary>
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        // The process ends: the message is not acknowledged, and another process gets it.
        if (context.CancellationToken.IsCancellationRequested && context.Exception is not DeadMessageException)
            ExceptionDispatchInfo.Throw(context.Exception);
        await StoreAsync(context, context.Exception);

        // A message that failed before its consumer would otherwise go down the pipe of unknown types as well.
        if (!context.IsFaulted)
            await context.NotifyFaulted(context.Exception);
    }

    /// <summary>A message of a type that the queue's consumer does not take.</summary>
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        StoreAsync(context, new DeadMessageException("UNKNOWN_TYPE", "No consumer of this queue takes this type.", 0, timeProvider.GetUtcNow()));

    /// <inheritdoc />
    public void Probe(ProbeContext context) => context.CreateFilterScope("dead-letters");

    private async Task StoreAsync(ReceiveContext context, Exception exception)
    {
        var now = timeProvider.GetUtcNow();
        // What did not come from the inbox filter was thrown before it, while reading the body.
        var dead = exception as DeadMessageException ?? new DeadMessageException("UNREADABLE", exception.Message, 0, now, exception);
        var body = context.Body.GetBytes();
        var (id, type, payload) = ReadEnvelope(body);
        var consumer = context.ConsumerName();
        var letter = new DeadLetter(
            DeadLetterSource.Inbox,
            id ?? Guid.CreateVersion7(now),
            type ?? "unknown",
            consumer,
            Key: null,
            dead.Reason,
            (dead.InnerException ?? dead).GetType().Name,
            dead.Message,
            dead.Attempts,
            dead.FirstTime,
            now,
            payload ?? body,
            RetryPolicy.Fast.Name,
            context.TransportHeaders.Get<string>(MessageEnvelope.TraceHeader));
        await using var transaction = await database.BeginAsync(CancellationToken.None);

        // A redelivery of what was tried finds its inbox row, and finds it here if a redelivery has succeeded meanwhile.
        if (dead.Attempts > 0 && !await InboxStore.TryAddAsync(transaction.Connection, consumer, letter.ItemId))
            return;
        await letters.AddAsync(transaction.Connection, letter);
        await transaction.CommitAsync(CancellationToken.None);
        LogDead(consumer, letter.ItemId, letter.Reason, letter.Attempts);
    }

    private static (Guid? Id, string? Type, byte[]? Payload) ReadEnvelope(byte[] body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            var root = envelope.RootElement;
            return (root.GetProperty("messageId").GetGuid(), root.GetProperty("messageType")[0].GetString(), JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("message")));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            return default;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Consumer} gives up message {MessageId}: {Reason} after {Attempts} attempts; it is a dead letter")]
    private partial void LogDead(string consumer, Guid messageId, string reason, int attempts);
}
