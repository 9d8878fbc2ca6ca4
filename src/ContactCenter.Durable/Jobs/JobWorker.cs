using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ContactCenter.Durable.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContactCenter.Durable.Jobs;

/// <summary>Claims jobs, runs them side by side, and acknowledges their results (DUR-29 to DUR-33, DUR-40, DUR-54).</summary>
/// <remarks>
/// One loop speaks with the database: what ended while it did so is acknowledged at its next turn, together with the next claim.
/// While it waits for a claim in a backlog, full batches of results are acknowledged beside it, so that neither waits for the other.
/// </remarks>
internal sealed partial class JobWorker : BackgroundService
{
    private const int MaxResults = 200;
    private const int FlushAttempts = 3;

    // Of DUR-32: longest time from a result to its acknowledgement.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    // In a backlog a claim waits so long for half of the places to be free: choosing fairly costs the same for few jobs as for many.
    private static readonly TimeSpan Collecting = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly JobQueue _queue;
    private readonly JobStore _store;
    private readonly JobRunner _runner;
    private readonly DurableOptions _options;
    private readonly TimeSpan _grace;
    private readonly SteadyTime _timeProvider;
    private readonly ILogger _logger;
    private readonly Counter<long> _runs;

    // Claimed and not acknowledged; never more than the claim size.
    private readonly ConcurrentDictionary<ClaimedJob, Task> _running = [];
    private readonly ConcurrentQueue<JobResult> _ended = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly ClaimMemory _memory = new();
    private readonly List<JobResult> _unacknowledged = [];
    private long _claimed;

    public JobWorker(
        JobQueue queue,
        JobStore store,
        JobRunner runner,
        IOptions<DurableOptions> options,
        IOptions<ShutdownOptions> shutdown,
        SteadyTime timeProvider,
        IMeterFactory meters,
        ILogger<JobWorker> logger)
    {
        (_queue, _store, _runner, _options, _timeProvider, _logger) = (queue, store, runner, options.Value, timeProvider, logger);
        _grace = TimeSpan.FromSeconds(shutdown.Value.Seconds);
        _runs = meters.Create(OutboxBacklog.MeterName).CreateCounter<long>("durable.jobs.runs", "{run}", "Runs by kind and outcome: done, retry, dead, waits, released, skipped, lease_lost");
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopRenewal = new CancellationTokenSource();
        var renewal = RenewAsync(stopRenewal.Token);
        try
        {
            await WorkAsync(stoppingToken);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            await FinishAsync();
        }
        finally
        {
            await stopRenewal.CancelAsync();
            await renewal;
        }
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        var poll = ShortestPoll;
        while (true)
        {
            stoppingToken.ThrowIfCancellationRequested();
            try
            {
                var (claimed, nextDue) = await TurnAsync(_options.ClaimSize);
                failures = 0;
                if (claimed > 0)
                    poll = ShortestPoll;
                var untilDue = nextDue - _timeProvider.GetUtcNow() ?? poll;
                var woken = !_ended.IsEmpty || await _queue.Signal.WaitAsync(untilDue < poll ? Max(untilDue, TimeSpan.FromMilliseconds(1)) : poll, stoppingToken);
                poll = woken ? ShortestPoll : Min(poll * 2, _options.MaxIdlePoll);
                await GatherAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, the results are kept and the loop goes on.
                LogTurnFailed(exception, ++failures);
                await Task.Delay(Min(ShortestPoll * Math.Pow(2, Math.Min(failures, 10)), LongestPause) * Random.Shared.NextDouble(), stoppingToken);
            }
        }
    }

    /// <summary>If runs have ended, gives others a moment to do so too: one commit is for all of them.</summary>
    private async Task GatherAsync(CancellationToken stoppingToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var left = Gathering; left > TimeSpan.Zero && _ended.Count is > 0 and var ended && ended < Math.Min(MaxResults, _running.Count); left = Gathering - Stopwatch.GetElapsedTime(start))
            await _queue.Signal.WaitAsync(left, stoppingToken);
    }

    /// <summary>Acknowledges what has ended and claims what there is room for.</summary>
    private async Task<(int Claimed, DateTimeOffset? NextDue)> TurnAsync(int claimSize)
    {
        TakeEnded(_unacknowledged);
        var room = Math.Max(0, claimSize - _running.Count + _unacknowledged.Count);
        if (_memory.IsBacklog && room < claimSize / 2 && Stopwatch.GetElapsedTime(_claimed) < Collecting)
            room = 0;
        else
            _claimed = Stopwatch.GetTimestamp();
        var turn = AcknowledgeAsync(_unacknowledged, room);
        if (room > 0)
            await AcknowledgeBesideAsync(turn);
        var exchange = await turn;
        foreach (var job in exchange.Claimed)
            Start(job);
        return (exchange.Claimed.Count, exchange.NextDue);
    }

    /// <summary>While a claim is on its way, acknowledges full batches of what else has ended.</summary>
    private async Task AcknowledgeBesideAsync(Task claim)
    {
        var results = new List<JobResult>();
        try
        {
            while (!claim.IsCompleted && _running.Count > MaxResults)
            {
                if (_ended.Count < MaxResults)
                {
                    await Task.WhenAny(claim, Task.Delay(1));
                    continue;
                }

                TakeEnded(results);
                await AcknowledgeAsync(results, room: 0);
            }
        }
        catch (Exception exception)
        {
            // The next turn has them.
            LogTurnFailed(exception, 1);
            results.ForEach(_ended.Enqueue);
        }
    }

    private void TakeEnded(List<JobResult> results)
    {
        while (results.Count < MaxResults && _ended.TryDequeue(out var result))
            results.Add(result);
    }

    /// <summary>Acknowledges results, which leave the list, and claims if there is room. If that fails, those stay that were not acknowledged.</summary>
    private async Task<Exchange> AcknowledgeAsync(List<JobResult> results, int room)
    {
        foreach (var result in results.Where(result => result.IsSettledAlone).ToList())
        {
            var isSettled = await _store.SettleAsync(
                result.Job, result.Letter, _queue[result.Job.Kind].KeyMode == KeyMode.Strict, result.Next ?? [], _timeProvider.GetUtcNow(), CancellationToken.None);
            Count(result.Job.Kind, isSettled ? result.Outcome : "lease_lost");
            results.Remove(result);
            _running.TryRemove(result.Job, out _);
        }

        var exchange = await _store.ExchangeAsync(
            [.. results.Where(result => result.IsFinished).Select(result => result.Job)],
            [.. results.Where(result => result.Postponement is not null).Select(result => result.Postponement!)],
            new ClaimRequest(_queue.Kinds, _timeProvider.GetUtcNow(), _options.Lease, room),
            _memory,
            CancellationToken.None);

        foreach (var result in results)
        {
            Count(result.Job.Kind, result.Outcome);
            _running.TryRemove(result.Job, out _);
        }

        results.Clear();
        if (exchange.Lost > 0)
            LogResultsLost(exchange.Lost);
        return exchange;
    }

    private void Start(ClaimedJob job)
    {
        // The entry comes first, as the run may end at once.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[job] = RunAsync();
        begun.SetResult();

        async Task RunAsync()
        {
            await begun.Task;
            _ended.Enqueue(await RunToResultAsync(job));
            var ended = _ended.Count;
            if (ended == 1 || ended >= MaxResults || ended >= _running.Count)
                _queue.Signal.Set();
        }
    }

    /// <summary>Runs a job. What the runner itself throws is a defect that must not cost the job: it runs again.</summary>
    private async Task<JobResult> RunToResultAsync(ClaimedJob job)
    {
        try
        {
            return await _runner.RunAsync(job, _ending.Token);
        }
        catch (Exception exception)
        {
            LogNotRun(exception, job.Kind, job.Id);
            return new JobResult(job, "waits", Postponement: new Postponement(job, _timeProvider.GetUtcNow() + LongestPause, IsCounted: true));
        }
    }

    private async Task FinishAsync()
    {
        var runs = Task.WhenAll(_running.Values);
        await Task.WhenAny(runs, Task.Delay(_grace, CancellationToken.None));
        await _ending.CancelAsync();
        await runs;
        for (var attempt = 1; attempt <= FlushAttempts && !_running.IsEmpty;)
        {
            try
            {
                await TurnAsync(claimSize: 0);
            }
            catch (Exception exception)
            {
                // The leases end by themselves.
                LogTurnFailed(exception, attempt++);
            }
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Lease / 3, _timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    if (!_running.IsEmpty)
                        await _store.RenewAsync([.. _running.Keys], _options.Lease, cancellationToken);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    LogNotRenewed(exception);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker has ended.
        }
    }

    private void Count(string kind, string outcome) =>
        _runs.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    [LoggerMessage(LogLevel.Warning, "Jobs could not be acknowledged or claimed, failure {Failures} in a row; their results are kept")]
    private partial void LogTurnFailed(Exception exception, int failures);

    [LoggerMessage(LogLevel.Error, "Job {Kind} {JobId} could not be run; it is tried again")]
    private partial void LogNotRun(Exception exception, string kind, Guid jobId);

    [LoggerMessage(LogLevel.Warning, "The leases of the running jobs could not be renewed")]
    private partial void LogNotRenewed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "{Count} results were not taken, as their jobs were claimed again or finished before (LEASE_LOST)")]
    private partial void LogResultsLost(int count);
}
