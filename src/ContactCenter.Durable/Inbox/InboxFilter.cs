using System.Buffers.Binary;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.Durable.Inbox;

/// <summary>Runs a consumer in one transaction with the inbox row of its message, and again by policy if it fails (DUR-15 to DUR-17).</summary>
/// <typeparam name="T">The message's type.</typeparam>
internal sealed partial class InboxFilter<T>(
    DurableDatabase database, InboxStore store, IOptions<DurableOptions> options, TimeProvider timeProvider, ILogger<InboxFilter<T>> logger) : IFilter<ConsumeContext<T>>
    where T : class
{
    private static readonly RetryPolicy Policy = RetryPolicy.Fast;

    /// <inheritdoc />
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var consumer = context.ReceiveContext.ConsumerName();
        var start = timeProvider.GetUtcNow();
        var id = await AcceptIdAsync(context.MessageId, consumer, start);
        for (var attempt = 1; ;)
        {
            TimeSpan pause;
            try
            {
                await ConsumeAsync(context, next, consumer, id);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.CheckViolation && exception.ConstraintName is null)
            {
                // Partitioned tables answer so when no partition takes the row.
                await store.AddPartitionsAsync(DateOnly.FromDateTime(TimeOf(id).UtcDateTime), daysAfter: 0, context.CancellationToken);
                continue;
            }
            catch (Exception exception) when (exception is OutboxFullException || DatabaseLoss.Is(exception))
            {
                // The database or the broker is away, which says nothing about the message: it waits without using up attempts.
                pause = TimeSpan.FromSeconds(1);
                LogWaits(exception, consumer, id);
            }
            catch (Exception exception) when (!context.CancellationToken.IsCancellationRequested)
            {
                var decision = Policy.Decide(exception.GetType().Name, attempt, timeProvider.GetUtcNow() - start, Random.Shared.NextDouble());
                LogFailed(exception, consumer, id, attempt);
                pause = decision.Delay ?? throw new DeadMessageException(decision.Reason!, exception.Message, attempt, start, exception);
                attempt++;
            }

            await Task.Delay(pause, timeProvider, context.CancellationToken);
        }
    }

    /// <inheritdoc />
    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox");

    private async Task ConsumeAsync(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next, string consumer, Guid id)
    {
        await using var transaction = await database.BeginAsync(context.CancellationToken);
        if (!await InboxStore.TryAddAsync(transaction.Connection, consumer, id))
        {
            await context.NotifyConsumed(context, TimeSpan.Zero, consumer);
            return;
        }

        context.AddOrUpdatePayload(() => transaction, _ => transaction);
        await next.Send(context);
        await transaction.CommitAsync(context.CancellationToken);
    }

    private async Task<Guid> AcceptIdAsync(Guid? messageId, string consumer, DateTimeOffset now)
    {
        if (messageId is not { Version: 7 } id)
            throw new DeadMessageException("UNREADABLE", $"The message id {messageId} is no UUIDv7.", 0, now);
        var retention = TimeSpan.FromDays(options.Value.InboxDays);
        if (TimeOf(id) < now - retention && !await store.IsReplayAsync(consumer, id))
            throw new DeadMessageException("TOO_OLD", $"The message is of {TimeOf(id):u}, and ids are remembered for {retention.Days} days.", 0, now);
        if (TimeOf(id) > now + TimeSpan.FromDays(1))
            throw new DeadMessageException("UNREADABLE", $"The message id's time, {TimeOf(id):u}, is in the future.", 0, now);
        return id;
    }

    private static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16);
    }

    [LoggerMessage(LogLevel.Warning, "{Consumer} failed on message {MessageId}, attempt {Attempt}")]
    private partial void LogFailed(Exception exception, string consumer, Guid messageId, int attempt);

    [LoggerMessage(LogLevel.Warning, "{Consumer} waits with message {MessageId}")]
    private partial void LogWaits(Exception exception, string consumer, Guid messageId);
}
