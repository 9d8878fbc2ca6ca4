using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Loads;
using ContactCenter.InsightsEnrichment.Tests.Agents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Load = ContactCenter.Insights.V1.Load;
using LoadService = ContactCenter.Insights.V1.LoadService;

namespace ContactCenter.InsightsEnrichment.Tests.Loads;

/// <summary>The service with loads to ask for; none runs by itself.</summary>
public abstract class LoadTest(TestServers servers) : AgentTest(servers)
{
    protected LoadService.LoadServiceClient Loads => new(Channel);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // A test that runs across the full hour would see one more.
        await Eventually.TrueAsync(() => QueryAsync<bool>(
            """
            WITH postponed AS (
              UPDATE durable.jobs SET due_time = due_time + interval '1 day', ready_time = ready_time + interval '1 day' WHERE kind = 'loads.due' AND state = 'READY'
              RETURNING 1)
            SELECT count(*) = 1 FROM postponed
            """));
    }

    /// <summary>Asks for a load and waits until it has run.</summary>
    protected async Task<Load> LoadAsync()
    {
        await SettledAsync();
        var load = (await Loads.RunLoadAsync(new(), cancellationToken: Cancellation)).Load;
        await Eventually.TrueAsync(async () => (load = await LoadAsync(load.LoadId)).State == LoadState.Done);
        return load;
    }

    protected async Task<Load> LoadAsync(string loadId) => (await Loads.GetLoadAsync(new() { LoadId = loadId }, cancellationToken: Cancellation)).Load;

    /// <summary>Loads of a process whose clock the test sets.</summary>
    internal static LoadRunner RunnerOf(IServiceProvider services, TimeProvider time) =>
        new(services.GetRequiredService<DurableDatabase>(), services.GetRequiredService<IOptionsMonitor<ActivityOptions>>(),
            services.GetRequiredService<IOptionsMonitor<LoadOptions>>(), time);

    /// <summary>Workload in order: of conversations <c>interval|start|talk|wrap-up</c>, of statuses <c>start|activity time/parallel</c>.</summary>
    protected async Task<IReadOnlyList<string>> WorkloadAsync(WorkloadKind kind)
    {
        var answer = await Loads.ListWorkloadAsync(new() { Filter = new() { Kind = kind } }, cancellationToken: Cancellation);
        return [.. answer.Rows.Select(row => kind == WorkloadKind.Conversation
            ? $"{row.IntervalStartTime.ToDateTime():HH:mm}|{row.StartTime.ToDateTime():HH:mm:ss}|{row.TalkTime.Seconds}|{row.WrapUpTime.Seconds}"
            : $"{row.StartTime.ToDateTime():HH:mm:ss}|{row.ActivityTime.Seconds}/{row.ParallelConversations}")];
    }
}
