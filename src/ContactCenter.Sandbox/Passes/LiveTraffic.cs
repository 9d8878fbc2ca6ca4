using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Crm;
using ContactCenter.Sandbox.Cxone;
using ContactCenter.Sandbox.FollowUps;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Storage;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Rest;
using ContactCenter.Sandbox.Twilio.Sending;
using Grpc.Core;
using Polly.Timeout;

namespace ContactCenter.Sandbox.Passes;

/// <summary>Plays traffic of the present, without end, and says every few seconds what the suite made of it.</summary>
/// <param name="options">Seed and rate.</param>
/// <param name="account">The account in whose name is sent.</param>
/// <param name="sender">Sends the callbacks.</param>
/// <param name="sessions">Sends the events of the sessions.</param>
/// <param name="store">Where the files of sessions lie.</param>
/// <param name="crm">The CRM's part.</param>
/// <param name="cases">What the CRM keeps.</param>
/// <param name="followUps">The follow-ups' part.</param>
/// <param name="cxone">What CXone was told.</param>
/// <param name="taskRouter">Told of every event, which its API then shows.</param>
/// <param name="suite">Reads what the suite shows.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Says what could not be sent or read.</param>
public sealed partial class LiveTraffic(
    SandboxOptions options,
    TwilioAccount account,
    CallbackSender sender,
    SessionSender sessions,
    ExternalStore store,
    CrmPass crm,
    CrmState cases,
    FollowUpPass followUps,
    CxoneInbox cxone,
    TaskRouterState taskRouter,
    SuiteReader suite,
    TimeProvider time,
    ILogger<LiveTraffic> logger)
    : BackgroundService
{
    private static readonly TimeSpan Stretch = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TicketPause = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan SummaryPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan LogOutLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SessionPause = TimeSpan.FromSeconds(1);

    private int _tasks;
    private int _callbacks;
    private Roster? _roster;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_roster is null)
            return;
        using var limit = new CancellationTokenSource(LogOutLimit, time);
        try
        {
            foreach (var change in _roster.LogOut(time.GetUtcNow()))
                await sender.SendAsync(WorkerCallbacks.Of(account, change), limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException or OperationCanceledException)
        {
            NotLoggedOut(logger, e);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await ConnectAsync(stoppingToken);
        await Task.WhenAll(PlayAsync(stoppingToken), FollowUpAsync(stoppingToken), SummariseAsync(stoppingToken));
    }

    // Without a store or a CRM there is still a contact centre.
    private async Task ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            await store.ConfigureAsync(cancellation);
            await crm.OpenAsync(time.GetUtcNow(), cancellation);
        }
        catch (RpcException e) when (!cancellation.IsCancellationRequested)
        {
            NotConnected(logger, e.Status.Detail);
        }
    }

    private async Task PlayAsync(CancellationToken cancellation)
    {
        var before = Task.CompletedTask;
        for (var start = time.GetUtcNow(); ; start += Stretch)
        {
            var plan = TrafficPlan.OfStretch(options.Seed, start, Stretch, options.TasksPerMinute * (int)Stretch.TotalMinutes, _roster);
            _roster = plan.Roster;
            // The last tasks of a stretch end while the next one runs.
            var play = Task.WhenAll(PlayAsync(plan, cancellation), PlaySessionsAsync(plan, cancellation));
            await Task.WhenAll(before, DelayUntilAsync(start + Stretch, cancellation));
            before = play;
        }
    }

    // Other tickets every time, so that there is always something to follow up.
    private async Task FollowUpAsync(CancellationToken cancellation)
    {
        for (var start = time.GetUtcNow(); ; start += TicketPause)
        {
            try
            {
                await followUps.PrepareAsync((int)(start.UtcTicks / TicketPause.Ticks % int.MaxValue), DateOnly.FromDateTime(start.UtcDateTime), cancellation);
                await followUps.PlayAsync(cancellation);
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or TimeoutRejectedException && !cancellation.IsCancellationRequested)
            {
                NotFollowedUp(logger, e);
            }

            await DelayUntilAsync(start + TicketPause, cancellation);
        }
    }

    private async Task PlayAsync(TrafficPlan plan, CancellationToken cancellation)
    {
        var deliveries = DeliveryOrder.Of(
        [
            .. plan.Lives.SelectMany(life => TaskCallbacks.Of(account, life)),
            .. plan.Changes.Select(change => WorkerCallbacks.Of(account, change)),
        ]);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellation };
        await Parallel.ForEachAsync(DueAsync(deliveries, cancellation), parallel, async (delivery, ct) =>
        {
            try
            {
                taskRouter.Happened(delivery.Callback);
                await sender.SendAsync(delivery.Callback, ct);
                Interlocked.Increment(ref _callbacks);
                if (!delivery.Copy && delivery.Callback.EventType == "task.created")
                    Interlocked.Increment(ref _tasks);
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
            {
                NotSent(logger, delivery.Callback.EventType, delivery.Callback.Sid, e);
            }
        });
    }

    private async Task PlaySessionsAsync(TrafficPlan plan, CancellationToken cancellation)
    {
        var events = new Queue<SessionEvent>(sessions.EventsOf(plan.Lives).OrderBy(told => told.EventTime.ToDateTimeOffset()));
        using var timer = new PeriodicTimer(SessionPause, time);
        while (events.Count > 0 && await timer.WaitForNextTickAsync(cancellation))
        {
            var (now, due) = (time.GetUtcNow(), new List<SessionEvent>());
            while (events.TryPeek(out var next) && next.EventTime.ToDateTimeOffset() <= now)
                due.Add(events.Dequeue());
            try
            {
                await sessions.SendAsync(due, cancellation);
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException or TimeoutRejectedException && !cancellation.IsCancellationRequested)
            {
                SessionsNotSent(logger, due.Count, e);
            }
        }
    }

    private async IAsyncEnumerable<Delivery> DueAsync(
        IReadOnlyList<Delivery> deliveries, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var delivery in deliveries)
        {
            await DelayUntilAsync(delivery.Callback.Time, cancellation);
            yield return delivery;
        }
    }

    private async Task SummariseAsync(CancellationToken cancellation)
    {
        var started = time.GetUtcNow();
        using var timer = new PeriodicTimer(SummaryPause, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                Console.Out.WriteLine(await SummaryAsync(started, cancellation));
            }
            catch (RpcException e) when (!cancellation.IsCancellationRequested)
            {
                NotRead(logger, e.StatusCode);
            }
        }
    }

    private async Task<string> SummaryAsync(DateTimeOffset started, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var from = now - started < Window ? started : now - Window;
        var quarter = new DateTimeOffset(from.Ticks - from.Ticks % TimeSpan.FromMinutes(15).Ticks, TimeSpan.Zero);
        var conversations = await suite.ConversationsAsync(from, now, cancellation);
        var segments = await suite.SegmentsAsync(from, now, cancellation);
        var intervals = await suite.QueueIntervalsAsync(quarter, quarter + Window + TimeSpan.FromMinutes(15), cancellation);
        var recent = cxone.Reports("queue-report", now.AddDays(-1), now).Count + cxone.Reports("agent-activity-report", now.AddDays(-1), now).Count;
        return FormattableString.Invariant(
            $"tasks {_tasks}, callbacks {_callbacks}; last hour: conversations {conversations.Count} ({conversations.Count(c => c.EndTime is null)} open), segments {segments.Count}, WFM queue intervals {intervals.Count} with {intervals.Sum(i => i.Offered)} contacts; CRM: cases {cases.Facts().Count}; CXone: states of {cxone.States.Count()} agents, reports {recent}; store: files {store.Count()}; follow-ups: {followUps.Sent} messages");
    }

    private async Task DelayUntilAsync(DateTimeOffset due, CancellationToken cancellation)
    {
        if (due - time.GetUtcNow() is { Ticks: > 0 } wait)
            await Task.Delay(wait, time, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "{EventType} {Sid} was not sent.")]
    private static partial void NotSent(ILogger logger, string eventType, string sid, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{Count} events of sessions were not sent.")]
    private static partial void SessionsNotSent(ILogger logger, int count, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The tickets were not followed up.")]
    private static partial void NotFollowedUp(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The suite was not told of the store and the CRM: {Reason}")]
    private static partial void NotConnected(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "The summary could not be read: {Status}.")]
    private static partial void NotRead(ILogger logger, StatusCode status);

    [LoggerMessage(LogLevel.Warning, "The workers could not be logged out.")]
    private static partial void NotLoggedOut(ILogger logger, Exception exception);
}
