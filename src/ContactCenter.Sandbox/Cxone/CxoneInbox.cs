using System.Collections.Concurrent;
using System.Text.Json;

namespace ContactCenter.Sandbox.Cxone;

/// <summary>What the sandbox's CXone was told: of each agent the latest state, of each interval the latest report of each kind.</summary>
public sealed class CxoneInbox
{
    private readonly ConcurrentDictionary<string, (long Sequence, AgentStateFacts Facts)> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Kind, DateTimeOffset Start), JsonElement> _reports = new();
    private int _requests;

    /// <summary>Number of requests that it took.</summary>
    public int Requests => _requests;

    /// <summary>The latest states by agent.</summary>
    public IEnumerable<AgentStateFacts> States => _states.Values.Select(state => state.Facts);

    /// <summary>The reports of a kind whose intervals begin in a range.</summary>
    /// <param name="kind"><c>agent-activity-report</c> or <c>queue-report</c>.</param>
    /// <param name="from">Start of the range.</param>
    /// <param name="until">End of the range.</param>
    public IReadOnlyList<(DateTimeOffset Start, JsonElement Report)> Reports(string kind, DateTimeOffset from, DateTimeOffset until) =>
        [.. _reports.Where(entry => entry.Key.Kind == kind && entry.Key.Start >= from && entry.Key.Start < until).Select(entry => (entry.Key.Start, entry.Value))];

    /// <summary>Takes a request.</summary>
    /// <param name="kind">The last part of its path.</param>
    /// <param name="body">The request.</param>
    public void Take(string kind, JsonElement body)
    {
        Interlocked.Increment(ref _requests);
        if (kind != "agent-states")
        {
            _reports[(kind, body.GetProperty("startDate").GetDateTimeOffset())] = body;
            return;
        }

        foreach (var state in body.GetProperty("agentStates").EnumerateArray())
        {
            var facts = new AgentStateFacts(state.GetProperty("agentId").GetString()!, state.GetProperty("state").GetString()!, state.GetProperty("reasonCode").GetString());
            var sequence = state.GetProperty("sequence").GetInt64();
            _states.AddOrUpdate(facts.Login, (sequence, facts), (_, before) => before.Sequence < sequence ? (sequence, facts) : before);
        }
    }
}

/// <summary>What an agent does.</summary>
/// <param name="Login">By which CXone knows the agent.</param>
/// <param name="State">The state.</param>
/// <param name="ReasonCode">Its reason; null without.</param>
public sealed record AgentStateFacts(string Login, string State, string? ReasonCode);
