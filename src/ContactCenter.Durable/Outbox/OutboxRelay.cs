using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ContactCenter.Durable.Outbox;

/// <summary>Publishes the outbox's messages to RabbitMQ and removes those that were confirmed (DUR-10 to DUR-13).</summary>
internal sealed partial class OutboxRelay(
    OutboxStore store,
    WakeSignal signal,
    IConnectionFactory connectionFactory,
    IOptions<OutboxOptions> options,
    TimeProvider timeProvider,
    ILogger<OutboxRelay> logger) : BackgroundService
{
    private const int MaxLoneRefusals = 10;
    private const int Loops = 2;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // A batch that takes longer is given up before others may take its lanes.
    private static readonly TimeSpan BatchLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(5);

    private volatile bool _brokerTookOthers;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // While one loop waits for the broker the other one is busy with the database. It polls for nothing by itself.
        using var more = new WakeSignal();
        await Task.WhenAll(RunAsync(signal, LongestPoll, more, stoppingToken), RunAsync(more, Timeout.InfiniteTimeSpan, more, stoppingToken));
    }

    private async Task RunAsync(WakeSignal wake, TimeSpan longestPoll, WakeSignal more, CancellationToken stoppingToken)
    {
        await using var publisher = new ConfirmedPublisher(connectionFactory, (options.Value.ConfirmWindow + 1) / Loops, options.Value.RequireReceivers);
        var failures = 0;
        var poll = ShortestPoll;
        while (true)
        {
            try
            {
                var claimed = await PublishBatchAsync(publisher, stoppingToken);
                failures = 0;
                if (claimed >= options.Value.BatchSize / 2)
                    more.Set();
                if (claimed > 0)
                    poll = ShortestPoll;
                else if (longestPoll == Timeout.InfiniteTimeSpan)
                    await wake.WaitAsync(longestPoll, stoppingToken);
                else
                    poll = await wake.WaitAsync(poll, stoppingToken) ? ShortestPoll : Min(poll * 2, longestPoll);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, the messages stay and the loop goes on. A signal does not cut this pause short, or a busy process would hammer the broker that is away.
                LogBatchFailed(exception, ++failures);
                await publisher.CloseAsync();
                await Task.Delay(Backoff(failures), stoppingToken);
            }
        }
    }

    private async Task<int> PublishBatchAsync(ConfirmedPublisher publisher, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(BatchLimit);
        await publisher.OpenAsync(limit.Token);
        var claim = Guid.CreateVersion7(timeProvider.GetUtcNow());
        var messages = await store.ClaimAsync(claim, Lease, options.Value.BatchSize, limit.Token);
        if (messages.Count == 0)
            return 0;
        var batch = new Batch();
        try
        {
            foreach (var exchange in messages.Select(message => message.Message.Exchange).Distinct())
                await publisher.DeclareAsync(exchange, limit.Token);

            // Keys run side by side; the messages of one key wait for each other's confirm (DUR-11).
            await Task.WhenAll(messages
                .GroupBy(message => message.Message.Key ?? message.Message.Id.ToString())
                .Select(group => PublishInOrderAsync(publisher, group, batch, limit.Token)));
        }
        finally
        {
            await FinishAsync(claim, batch);
        }

        return messages.Count;
    }

    private static async Task PublishInOrderAsync(ConfirmedPublisher publisher, IEnumerable<ClaimedMessage> messages, Batch batch, CancellationToken cancellationToken)
    {
        foreach (var claimed in messages)
        {
            try
            {
                await publisher.PublishAsync(claimed.Message, cancellationToken);
                batch.AddPublished(claimed);
            }
            catch (PublishException exception)
            {
                batch.AddRefused(claimed, exception.IsReturn ? "No queue takes the message." : "The broker answered with a nack.");
                return;
            }
        }
    }

    private async Task FinishAsync(Guid claim, Batch batch)
    {
        var lone = _brokerTookOthers || batch.Published.Count > 0;
        if (batch.Published.Count > 0)
            _brokerTookOthers = true;
        var waiting = new List<Refusal>();
        foreach (var (claimed, error) in batch.Refused)
        {
            if (lone && claimed.LoneRefusals + 1 >= MaxLoneRefusals)
            {
                await store.BuryAsync(claimed, error, timeProvider.GetUtcNow(), CancellationToken.None);
                LogBuried(claimed.Message.Type, claimed.Message.Id, error);
            }
            else
            {
                waiting.Add(new Refusal(claimed, Backoff(claimed.Refusals + 1), lone));
            }
        }

        if (waiting.Count > 0)
        {
            await store.PostponeAsync(waiting, CancellationToken.None);
            _brokerTookOthers = false;
        }

        await store.RemoveAsync(claim, batch.Published, CancellationToken.None);
    }

    // From 100 ms doubling to 30 s, with full jitter (DUR-12).
    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(30_000, 100 * Math.Pow(2, Math.Min(attempt, 20) - 1)));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(LogLevel.Warning, "The outbox could not be published, failure {Failures} in a row; its messages stay")]
    private partial void LogBatchFailed(Exception exception, int failures);

    [LoggerMessage(LogLevel.Error, "The broker takes other messages but not {Type} {MessageId}: {Error} It is a dead letter")]
    private partial void LogBuried(string type, Guid messageId, string error);

    /// <summary>What the broker has answered so far; keys add to it side by side.</summary>
    private sealed class Batch
    {
        private readonly Lock _lock = new();

        public List<ClaimedMessage> Published { get; } = [];

        public List<(ClaimedMessage Message, string Error)> Refused { get; } = [];

        public void AddPublished(ClaimedMessage message)
        {
            lock (_lock)
                Published.Add(message);
        }

        public void AddRefused(ClaimedMessage message, string error)
        {
            lock (_lock)
                Refused.Add((message, error));
        }
    }
}
