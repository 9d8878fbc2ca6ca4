using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ContactCenter.Durable.Outbox;

/// <summary>Publishes the outbox's messages to RabbitMQ and removes those that were confirmed (DUR-10 to DUR-13).</summary>
internal sealed partial class OutboxRelay(
    OutboxStore store,
    OutboxSignal signal,
    IConnectionFactory connectionFactory,
    IOptions<OutboxOptions> options,
    TimeProvider timeProvider,
    ILogger<OutboxRelay> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var publisher = new ConfirmedPublisher(connectionFactory, options.Value.ConfirmWindow);
        var failures = 0;
        var pause = ShortestPoll;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var published = await PublishBatchAsync(publisher, stoppingToken);
                failures = 0;
                pause = published > 0 ? TimeSpan.Zero : pause * 2;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or RabbitMQClientException or OperationCanceledException or IOException)
            {
                LogBatchFailed(exception, ++failures);
                pause = Backoff(failures);
            }

            pause = pause < LongestPoll ? pause : LongestPoll;
            if (pause > TimeSpan.Zero)
            {
                pause = pause < ShortestPoll ? ShortestPoll : pause;
                if (await signal.WaitAsync(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.None))
                    pause = ShortestPoll;
            }
        }
    }

    private async Task<int> PublishBatchAsync(ConfirmedPublisher publisher, CancellationToken cancellationToken)
    {
        var claim = Guid.CreateVersion7(timeProvider.GetUtcNow());
        var messages = await store.ClaimAsync(claim, Lease, options.Value.BatchSize, cancellationToken);
        if (messages.Count == 0)
            return 0;
        var published = new List<ClaimedMessage>(messages.Count);
        var refusals = new List<Refusal>();
        try
        {
            var channel = await publisher.OpenAsync(messages.Select(message => message.Message.Exchange).Distinct(), cancellationToken);
            // Keys run side by side; the messages of one key wait for each other's confirm.
            await Task.WhenAll(messages
                .GroupBy(message => message.Message.Key ?? message.Message.Id.ToString())
                .Select(group => PublishInOrderAsync(channel, group, published, refusals, cancellationToken)));
        }
        finally
        {
            if (refusals.Count > 0)
                await store.PostponeAsync(refusals, CancellationToken.None);
            await store.RemoveAsync(claim, published, CancellationToken.None);
        }

        return published.Count;
    }

    private static async Task PublishInOrderAsync(
        IChannel channel, IEnumerable<ClaimedMessage> messages, List<ClaimedMessage> published, List<Refusal> refusals, CancellationToken cancellationToken)
    {
        foreach (var claimed in messages)
        {
            try
            {
                var message = claimed.Message;
                await channel.BasicPublishAsync(
                    message.Exchange, string.Empty, message.Mandatory, MessageEnvelope.Properties(message), MessageEnvelope.Body(message), cancellationToken);
                lock (published)
                    published.Add(claimed);
            }
            catch (PublishException exception)
            {
                lock (published)
                    refusals.Add(new Refusal(claimed, Backoff(claimed.Refusals + 1), exception.IsReturn ? "returned: no queue takes it" : "nack"));
                return;
            }
        }
    }

    // From 100 ms doubling to 30 s, with full jitter (DUR-12).
    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(30_000, 100 * Math.Pow(2, Math.Min(attempt, 20))));

    [LoggerMessage(LogLevel.Warning, "The outbox could not be published, failure {Failures} in a row; its messages stay")]
    private partial void LogBatchFailed(Exception exception, int failures);
}
