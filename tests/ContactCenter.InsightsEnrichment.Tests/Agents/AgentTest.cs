using ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.Agents;

/// <summary>The service with agents to ask for.</summary>
public abstract class AgentTest(TestServers servers) : InsightsTest(servers)
{
    protected AgentService.AgentServiceClient Agents => new(Channel);

    /// <summary>Status segments of a worker by start: <c>activity|start|end|seconds|reconstructed</c>.</summary>
    protected async Task<IReadOnlyList<string>> StatusAsync(string workerSid)
    {
        var answer = await Agents.ListAgentStatusSegmentsAsync(new() { Filter = new() { AgentSid = workerSid } }, cancellationToken: Cancellation);
        return [.. answer.Segments.Select(segment => string.Join('|',
            segment.Activity,
            segment.StartTime.ToDateTime().ToString("H:mm:ss", null),
            segment.EndTime?.ToDateTime().ToString("H:mm:ss", null),
            segment.ActivityTime?.Seconds,
            segment.Reconstructed ? "reconstructed" : ""))];
    }

    protected async Task<Agent> AgentAsync(string workerSid) => (await Agents.GetAgentAsync(new() { AgentSid = workerSid }, cancellationToken: Cancellation)).Agent;

    protected Task<long> WarningsAsync(string code) => QueryAsync<long>("SELECT coalesce(sum(count), 0)::bigint FROM insights.warnings WHERE code = @code", new { code });
}
