using ContactCenter.Sandbox.Crm;
using ContactCenter.Sandbox.Cxone;
using ContactCenter.Sandbox.FollowUps;
using ContactCenter.Sandbox.Messages;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Storage;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Rest;
using ContactCenter.Sandbox.Twilio.Sending;
using ContactCenter.Sandbox.Twilio.Truth;
using Grpc.Core;
using Polly.Timeout;

namespace ContactCenter.Sandbox.Passes;

/// <summary>Plays one complete day, waits until the suite shows what is true, says what differs, and stops the process.</summary>
/// <param name="options">Seed, size and limits.</param>
/// <param name="account">The account in whose name is sent.</param>
/// <param name="sender">Sends the callbacks.</param>
/// <param name="sessions">Sends the events of the sessions.</param>
/// <param name="messages">Sends messages and reports what becomes of them.</param>
/// <param name="store">Where the files of sessions lie.</param>
/// <param name="taskRouter">Told of every event, which its API then shows.</param>
/// <param name="suite">Reads what the suite shows.</param>
/// <param name="cxone">Compares what the sandbox's CXone was told.</param>
/// <param name="crm">The CRM's part.</param>
/// <param name="followUps">The follow-ups' part.</param>
/// <param name="time">The clock.</param>
/// <param name="lifetime">Stops the process.</param>
/// <param name="result">Receives the result.</param>
/// <param name="logger">Says why a pass could not be played.</param>
public sealed partial class OnePass(
    SandboxOptions options,
    TwilioAccount account,
    CallbackSender sender,
    SessionSender sessions,
    MessageTraffic messages,
    ExternalStore store,
    TaskRouterState taskRouter,
    SuiteReader suite,
    CxoneCheck cxone,
    CrmPass crm,
    FollowUpPass followUps,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    PassResult result,
    ILogger<OnePass> logger) : BackgroundService
{
    // Insights and workforce management keep raw data and intervals this long (INS-22, WFM-77).
    private const int DaysKept = 399;

    private const string Conversations = "Conversations", Segments = "Segments", Intervals = "WFM queue intervals", Sessions = "Sessions",
        Figures = "Message figures", Cases = "CRM cases", Files = "Files", Reports = "Reports at CXone";

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Hosting starts the services one after the other; the endpoints must not wait for a whole day.
        await Task.Yield();
        try
        {
            result.Verified = await PlayAsync(stoppingToken);
        }
        catch (Exception e) when (e is HttpRequestException or RpcException or InvalidOperationException or TimeoutRejectedException)
        {
            Failed(logger, e);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private async Task<bool> PlayAsync(CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var day = options.Day ?? await FreeDayAsync(cancellation);
        var plan = TrafficPlan.OfDay(options.Seed, day, options.Tasks);
        var deliveries = DeliveryOrder.Of(
        [
            .. plan.Lives.SelectMany(life => TaskCallbacks.Of(account, life)),
            .. plan.Changes.Select(change => WorkerCallbacks.Of(account, change)),
        ]);
        var isLatest = !await suite.AnyConversationAsync(plan.Start.AddDays(1), time.GetUtcNow(), cancellation);
        Say($"Playing {day:yyyy-MM-dd}, seed {options.Seed}: {plan.Lives.Count} tasks, {deliveries.Count} callbacks");
        await store.ConfigureAsync(cancellation);
        await crm.PrepareAsync(day, cancellation);
        await followUps.PrepareAsync(options.Seed, day, cancellation);
        var followed = followUps.PlayAsync(cancellation);
        await SendAsync(deliveries, cancellation);
        Say($"  {await sessions.SendAsync(options.Seed, plan.Lives, cancellation)} session events sent");
        if (messages.IsConfigured)
            Say($"  {await messages.SendAsync(MessagePlan.OfDay(options.Seed, day), cancellation)} notifications of messages sent");
        var sent = time.GetElapsedTime(start);

        var shown = await new Agreement(Parts(plan, isLatest), Reports, options.AgreementLimit, Say, time).WaitAsync(cancellation);
        await crm.ResumeAsync(cancellation);
        Differences[] differences = [.. shown.Values.SelectMany(part => part.Differences), .. await followed];
        foreach (var part in differences.Where(d => !d.None))
        {
            Say($"{part.What} differ from the truth, {part.Missing.Count} missing, {part.Unexpected.Count} unexpected:");
            foreach (var line in part.Lines())
                Say($"  {line}");
        }
        Summarise(plan, deliveries, shown, differences, sent, time.GetElapsedTime(start));
        return differences.All(part => part.None);
    }

    // A day is played once: the same identifiers on two days would be one task, and two plans on one day one crowd.
    private async Task<DateOnly> FreeDayAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        for (var back = 1; back <= DaysKept; back++)
        {
            var midnight = new DateTimeOffset(today.AddDays(-back), TimeOnly.MinValue, TimeSpan.Zero);
            if (!await suite.AnyConversationAsync(midnight, midnight.AddDays(1), cancellation))
                return today.AddDays(-back);
        }
        throw new InvalidOperationException($"Each of the last {DaysKept} days has conversations; give a day or empty the data folder.");
    }

    private async Task SendAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellation)
    {
        var done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellation };
        await Parallel.ForEachAsync(deliveries, parallel, async (delivery, ct) =>
        {
            taskRouter.Happened(delivery.Callback);
            await sender.SendAsync(delivery.Callback, ct);
            var count = Interlocked.Increment(ref done);
            if (count % Math.Max(1, deliveries.Count / 4) == 0)
                Say($"  {count} of {deliveries.Count} callbacks sent");
        });
    }

    private Dictionary<string, Func<CancellationToken, Task<Comparison>>> Parts(TrafficPlan plan, bool isLatest)
    {
        var (from, until, day) = (plan.Start, plan.Start.AddDays(1), DateOnly.FromDateTime(plan.Start.UtcDateTime));
        return new()
        {
            [Conversations] = ct => CompareAsync(Conversations, ConversationTruth.Conversations(plan.Lives), suite.ConversationsAsync(from, until, ct), ConversationFacts.Of),
            [Segments] = ct => CompareAsync(Segments, plan.Lives.SelectMany(ConversationTruth.Segments), suite.SegmentsAsync(from, until, ct), SegmentFacts.Of),
            [Intervals] = ct => CompareAsync(Intervals, QueueIntervalTruth.Intervals(plan.Lives), suite.QueueIntervalsAsync(from, until, ct), QueueIntervalFacts.Of),
            [Sessions] = ct => CompareAsync(Sessions, SessionTruth.Of(plan.Lives), suite.SessionsAsync(from, until, ct), SessionFacts.Of),
            [Figures] = async ct => messages.IsConfigured
                ? await CompareAsync(Figures, [MessagePlan.OfDay(options.Seed, day).Figures], messages.ShownAsync(day, ct), shown => shown)
                : Comparison.Nothing,
            [Cases] = async ct => new(0, [await crm.CompareAsync(plan.Lives, ct)]),
            [Files] = ct => CompareAsync(Files, store.IsThere ? FileTruth.Of(plan.Lives) : [], store.FilesAsync(plan.Lives, ct), file => file),
            [Reports] = async ct => options.PublicUrl is null ? Comparison.Nothing : new(cxone.ReportsOf(plan), await cxone.CompareAsync(plan, isLatest, ct)),
        };
    }

    // A part that cannot be read is a difference too; the next try may find it back.
    private static async Task<Comparison> CompareAsync<TShown, TFacts>(
        string what, IEnumerable<TFacts> truth, Task<List<TShown>> read, Func<TShown, TFacts> factsOf)
        where TFacts : notnull
    {
        try
        {
            var shown = await read;
            return new(shown.Count, [Differences.Between(what, truth, shown.Select(factsOf))]);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            return new(0, [new(what, [$"all: {e.Status}"], [])]);
        }
    }

    private void Summarise(
        TrafficPlan plan, IReadOnlyList<Delivery> deliveries, IReadOnlyDictionary<string, Comparison> shown, Differences[] differences, TimeSpan sending, TimeSpan total)
    {
        var kinds = plan.Lives.SelectMany(ConversationTruth.Segments).CountBy(s => s.Kind).OrderBy(k => k.Key).Select(k => $"{k.Key} {k.Value}");
        Say(differences.All(part => part.None) ? "Every part agrees with the truth." : "The suite does not agree with the truth.");
        Row("tasks sent", plan.Lives.Count);
        Row("callbacks", deliveries.Count, $"{deliveries.Count(d => d.Copy)} duplicates");
        Row("conversations", shown[Conversations].Count);
        Row("segments", shown[Segments].Count, $"expected: {string.Join(", ", kinds)}");
        Row("WFM queue intervals", shown[Intervals].Count);
        Row("sessions", shown[Sessions].Count);
        Row("reports at CXone", shown[Reports].Count);
        Row("session files", shown[Files].Count);
        Row("follow-ups sent", followUps.Sent);
        Row("differences", differences.Sum(d => d.Missing.Count + d.Unexpected.Count));
        Say(FormattableString.Invariant(
            $"  time                {total.TotalSeconds,8:0.0} s  sending {sending.TotalSeconds:0.0} s, {deliveries.Count / sending.TotalSeconds:0} callbacks/s"));
    }

    private static void Row(string what, int count, string more = "") =>
        Say(FormattableString.Invariant($"  {what,-20}{count,8}  {more}").TrimEnd());

    private static void Say(FormattableString line) => Say(FormattableString.Invariant(line));

    private static void Say(string line) => Console.Out.WriteLine(line);

    [LoggerMessage(LogLevel.Error, "The pass could not be played to its end.")]
    private static partial void Failed(ILogger logger, Exception exception);
}
