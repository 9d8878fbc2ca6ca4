using System.Text.Json;
using System.Text.RegularExpressions;
using ContactCenter.Wfm.V1;
using ContactCenter.WfmConnector.AgentStates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.WfmConnector.Tests.AgentStates;

public sealed class RealTimeTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "08:20:00";

    [Fact]
    [Rule("WFM-28"), Rule("WFM-29"), Rule("WFM-30"), Rule("WFM-31"), Rule("WFM-35")]
    public async Task A_change_goes_out_at_once_and_what_follows_within_three_seconds_waits_for_the_last_of_it()
    {
        await ConnectAsync();
        await PublishAsync(Told.Agent("WK1", "07:00:00", "4711"));
        await PublishAsync(Told.Activity("WK1", "07:00:00", "Available"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any());
        // Its last report is older than three seconds.
        Time.Set(Time.GetUtcNow().AddSeconds(5));
        await PublishAsync(Told.Handling("WK1", "WR1", "08:00:00", "talking"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() == 2);
        await PublishAsync(Told.Handling("WK1", "WR1", "08:00:01", "wrap_up"));
        await PublishAsync(Told.Handling("WK1", "WR1", "08:00:02", "released"));
        await PublishAsync(Told.Activity("WK1", "08:00:02.500", "Available"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() >= 3);

        Assert.Equal(
            [
                "4711 AVAILABLE   2026-03-02T07:00:00Z | ", "4711 ON_CONTACT  VOICE 2026-03-02T08:00:00Z | AVAILABLE 2026-03-02T07:00:00Z",
                "4711 AVAILABLE   2026-03-02T08:00:02Z | ON_CONTACT 2026-03-02T08:00:00Z",
            ],
            Cxone.ReportedStates.Select(Text));
        var sequences = Cxone.ReportedStates.Select(state => state.GetProperty("sequence").GetInt64()).ToList();
        Assert.Equal(sequences.Order().Distinct(), sequences);
        await Eventually.TrueAsync(async () => (await ListAsync()).Single().ReportedState == "AVAILABLE");
        var state = (await ListAsync()).Single();
        Assert.Equal(("WK1", "4711", "Name of WK1", "AVAILABLE", "AVAILABLE"), (state.AgentSid, state.LoginId, state.FullName, state.State, state.ReportedState));
    }

    [Fact]
    [Rule("WFM-17"), Rule("WFM-30")]
    public async Task An_agent_whose_number_becomes_known_logs_out_by_the_id_before_and_is_reported_by_the_number_at_once()
    {
        await ConnectAsync();
        await PublishAsync(Told.Handling("WK1", "WR1", "08:00:00", "talking"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any());
        await PublishAsync(Told.Agent("WK1", "07:00:00", "4711"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() >= 3);

        Assert.Equal(
            [
                "WK1 ON_CONTACT  VOICE 2026-03-02T08:00:00Z | ", "4711 ON_CONTACT  VOICE 2026-03-02T08:00:00Z | ",
                "WK1 LOGGED_OUT   now | ON_CONTACT 2026-03-02T08:00:00Z",
            ],
            Cxone.ReportedStates.Select(state => Regex.Replace(Text(state), "2026-03-02T08:2[^ ]*", "now")));
        await Eventually.TrueAsync(async () => (await ListAsync()).Single().LoginId == "4711");
        Assert.Equal("ON_CONTACT", (await ListAsync()).Single().ReportedState);
    }

    [Fact]
    [Rule("WFM-13"), Rule("WFM-22"), Rule("WFM-26"), Rule("WFM-34"), Rule("WFM-39")]
    public async Task The_first_snapshot_tells_of_everybody_with_what_covers_what()
    {
        await PublishAsync(
            Told.Activity("WK1", "08:00:00", "Lunch break"), Told.Activity("WK2", "08:00:00", "Available"), Told.Activity("WK3", "08:00:00", "Offline"),
            Told.Activity("WK4", "08:00:00", "Available"));
        await PublishAsync(
            Told.Handling("WK2", "WR1", "08:10:00", "talking", "chat"), Told.Handling("WK2", "WR2", "08:12:00", "talking"), Told.Handling("WK2", "WR3", "08:13:00", "talking", "email"),
            Told.Handling("WK3", "WR4", "08:10:00", "talking"), Told.Handling("WK4", "WR5", "08:10:00", "talking", "email"), Told.Handling("WK4", "WR5", "08:11:00", "wrap_up", "email"),
            // A late change is history only.
            Told.Activity("WK1", "07:30:00", "Available"));
        await ConnectAsync();
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() >= 4);

        Assert.Equal(
            [
                "WK1 UNAVAILABLE LUNCH_BREAK  2026-03-02T08:00:00Z | ", "WK2 ON_CONTACT  VOICE 2026-03-02T08:12:00Z | ", "WK3 LOGGED_OUT   2026-03-02T08:00:00Z | ",
                "WK4 WRAP_UP  OTHER 2026-03-02T08:11:00Z | ",
            ],
            Cxone.ReportedStates.Select(Text).Where(text => text.EndsWith("| ", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Distinct());
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.States).Any(call => call.Json.GetProperty("snapshot").GetBoolean()));
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Heartbeat).Any());
    }

    [Fact]
    [Rule("WFM-18"), Rule("WFM-37"), Rule("WFM-78"), Rule("WFM-86")]
    public async Task One_bad_agent_does_not_keep_the_others_back_and_is_listed_with_the_answer()
    {
        await PublishAsync(Enumerable.Range(1, 5).Select(object (number) => Told.Activity($"WK{number}", "08:00:00", "Available")).ToArray());
        await PublishAsync(Told.Agent("WK1", "08:00:00", "4711"), Told.Agent("WK2", "08:30:00", "4711"));
        Cxone.Answer = call => call.Path == CxoneStub.States && call.Body.Contains("\"WK3\"", StringComparison.Ordinal) ? (400, """{"errorCode":"E7","message":"unknown agent"}""") : null;
        await ConnectAsync();

        await Eventually.TrueAsync(async () => (await ListAsync()).All(state => state.ReportTime is not null));
        Assert.Equal(["WK3 400 E7 unknown agent"], (await ListAsync()).Where(state => state.Refusal.Length > 0).Select(state => $"{state.AgentSid} {state.Refusal}"));
        Assert.Equal(["4711", "WK2", "WK3", "WK4", "WK5"], (await ListAsync()).Select(state => state.LoginId));
        var refused = await GetAsync("WK3");
        Assert.Equal(
            ("WK3", 400, "REPORT_REJECTED", "E7", "unknown agent", """{"errorCode":"E7","message":"unknown agent"}"""),
            (refused.AgentState.AgentSid, refused.Answer.HttpStatus, refused.Answer.Reason, refused.Answer.ErrorCode, refused.Answer.Message, refused.Answer.Body));
        Assert.Contains("Date", refused.Answer.Headers.Keys);
        Assert.Null((await GetAsync("WK1")).Answer);
        await FailsAsync(StatusCode.NotFound, "AGENT_NOT_FOUND", () => GetAsync("WK9"));

        // What could not be sent tells why as well, until CXone takes what follows; so does an item that it refused.
        Cxone.Answer = call => call.Path == CxoneStub.States ? (503, $"busy with {SecretKey}") : null;
        await PublishAsync(Told.Activity("WK1", "08:10:00", "Break"));
        await Eventually.TrueAsync(async () => (await GetAsync("WK1")).Answer is { HttpStatus: 503, Body: "busy with [redacted]" });
        Cxone.Answer = call => call.Path == CxoneStub.States ? (200, """{"errors":[{"index":0,"field":"state","message":"unknown"}]}""") : null;
        Time.Set(Time.GetUtcNow().AddSeconds(10));
        await Eventually.TrueAsync(async () => (await GetAsync("WK1")).Answer is { Reason: "ITEM_REJECTED" });
        Assert.Equal("""[{"field": "state", "index": 0, "message": "unknown"}]""", (await GetAsync("WK1")).Answer.Items);
        Cxone.Answer = _ => null;
        Time.Set(Time.GetUtcNow().AddSeconds(10));
        await PublishAsync(Told.Activity("WK1", "08:12:00", "Available"));
        await Eventually.TrueAsync(async () => (await GetAsync("WK1")).Answer is null);
        Time.Set(Time.GetUtcNow().AddHours(1));
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM wfm.answers WHERE reason IN ('HTTP_STATUS', 'ITEM_REJECTED')") == 0);
    }

    [Fact]
    [Rule("WFM-35"), Rule("WFM-13"), Rule("WFM-1")]
    public async Task Nothing_is_sent_while_paused_and_only_the_latest_state_afterwards()
    {
        await FailsAsync(StatusCode.FailedPrecondition, "CONNECTION_NOT_CONFIGURED", async () => await Connections.ConnectAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.FailedPrecondition, "CONNECTION_NOT_CONFIGURED", async () => await States.ResyncAgentStatesAsync(new(), cancellationToken: Cancellation));
        await ConnectAsync();
        await Connections.DisconnectAsync(new(), cancellationToken: Cancellation);
        await PublishAsync(Told.Activity("WK1", "08:00:00", "Available"));
        await PublishAsync(Told.Activity("WK1", "08:10:00", "Break"));
        await Connections.ConnectAsync(new(), cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any());

        Assert.All(Cxone.ReportedStates, state => Assert.StartsWith("WK1 UNAVAILABLE BREAK", Text(state), StringComparison.Ordinal));
        Assert.Equal(1, (await States.ResyncAgentStatesAsync(new(), cancellationToken: Cancellation)).Agents);
        var before = Cxone.ReportedStates.Count();
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() > before);
    }

    [Fact]
    [Rule("WFM-36")]
    public async Task A_process_that_sleeps_over_its_lease_is_replaced_and_sends_nothing_older_afterwards()
    {
        await ConnectAsync();
        await Connections.DisconnectAsync(new(), cancellationToken: Cancellation);
        await PublishAsync(Told.Activity("WK1", "08:00:00", "Available"));
        // This one falls asleep with the state in hand.
        await using var sleeper = await StartHostAsync();
        var store = sleeper.Services.GetRequiredService<AgentStateStore>();
        var (lease, taken) = await store.ClaimAsync(isSnapshot: false, Cancellation);
        Assert.Equal(1, Assert.Single(taken).Sequence);
        Assert.True(await store.HoldsAsync(lease, Cancellation));
        await PublishAsync(Told.Activity("WK1", "08:10:00", "Break"));
        await Connections.ConnectAsync(new(), cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await ReadConnectionAsync()).State == ConnectionState.Connected);
        Assert.Empty(Cxone.ReportedStates);

        Time.Set(Time.GetUtcNow().AddSeconds(15));
        await Eventually.TrueAsync(async () => (await ListAsync()).Single().ReportTime is not null);
        Assert.False(await store.HoldsAsync(lease, Cancellation));
        await store.SettleAsync(lease, taken, _ => "too late", answerId: null, Cancellation);
        Assert.Equal(("UNAVAILABLE", ""), ((await ListAsync()).Single().ReportedState, (await ListAsync()).Single().Refusal));
        await PublishAsync(Told.Activity("WK1", "08:12:00", "Available"));
        Time.Set(Time.GetUtcNow().AddSeconds(5));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any(state => state.GetProperty("state").GetString() == "AVAILABLE"));
        var sequences = Cxone.ReportedStates.Select(state => state.GetProperty("sequence").GetInt64()).ToList();
        Assert.DoesNotContain(1, sequences);
        Assert.Equal(sequences.Order().Distinct(), sequences);
        await sleeper.StopAsync(Cancellation);
    }

    [Fact]
    [Rule("WFM-34")]
    public async Task A_state_from_the_future_counts_from_now_on_and_keeps_its_own_time_in_history()
    {
        await ConnectAsync();
        await PublishAsync(Told.Activity("WK1", "08:00:00", "Available"));
        await PublishAsync(Told.Activity("WK1", "08:40:00", "Break"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any(state => state.GetProperty("state").GetString() == "UNAVAILABLE"));

        Assert.StartsWith("2026-03-02T08:20:", Cxone.ReportedStates.Last().GetProperty("startTime").GetString(), StringComparison.Ordinal);
        var activities = await Adherence.ListAgentActivitiesAsync(
            new() { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:45:00").ToTimestamp() }, cancellationToken: Cancellation);
        Assert.Equal(["08:00 AVAILABLE", "08:40 UNAVAILABLE"], activities.Activities.Select(activity => $"{activity.StartTime.ToDateTime():HH:mm} {activity.State}"));
        var warning = Assert.Single((await Mappings.ListMappingWarningsAsync(new(), cancellationToken: Cancellation)).Warnings, warning => warning.Code == "CLOCK_SKEW");
        Assert.Equal(("WK1", "2026-03-02T08:40:00.0000000Z"), (warning.Subject, warning.Detail));
    }

    [Fact]
    [Rule("WFM-16")]
    public async Task Silence_of_insights_is_told_with_every_answer_and_nothing_is_made_up()
    {
        await SealAsync();
        await PublishAsync(Told.Activity("WK1", "08:00:00", "Available"), Told.Watermark("08:19:00"));
        var request = new ListQueueIntervalsRequest { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:15:00").ToTimestamp() };
        Assert.Equal(SourceState.Live, (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).Source);
        await ConnectAsync();
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any());
        var told = Cxone.ReportedStates.Count();

        Time.Set(Time.GetUtcNow().AddSeconds(121));
        Assert.Equal(SourceState.Stale, (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).Source);
        Assert.Equal(SourceState.Stale, (await Connections.GetConnectionAsync(new(), cancellationToken: Cancellation)).Source);
        Assert.Equal(SourceState.Stale, (await Intervals.ListQueueIntervalsAsync(request, cancellationToken: Cancellation)).Source);
        Assert.Equal(
            SourceState.Stale, (await Adherence.ListAgentActivitiesAsync(new() { StartTime = request.StartTime, EndTime = request.EndTime }, cancellationToken: Cancellation)).Source);
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Heartbeat).Count() > 1);
        Assert.Equal(told, Cxone.ReportedStates.Count());
        Time.Set(Told.At("08:40:00"));
        await SealAsync();
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM wfm.intervals"));

        await PublishAsync(Told.Watermark("08:35:00"));
        Assert.Equal(SourceState.Live, (await Connections.GetConnectionAsync(new(), cancellationToken: Cancellation)).Source);
    }

    private async Task<GetAgentStateResponse> GetAsync(string agent) => await States.GetAgentStateAsync(new() { AgentSid = agent }, cancellationToken: Cancellation);

    private async Task<IReadOnlyList<AgentState>> ListAsync()
    {
        var states = new List<AgentState>();
        var request = new ListAgentStatesRequest { PageSize = 2 };
        do
        {
            var page = await States.ListAgentStatesAsync(request, cancellationToken: Cancellation);
            states.AddRange(page.AgentStates);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return states;
    }

    private static string Text(JsonElement state) =>
        $"{state.GetProperty("agentId")} {state.GetProperty("state")} {state.GetProperty("reasonCode")} {state.GetProperty("medium")} {state.GetProperty("startTime")}"
        + $" | {state.GetProperty("previousState")} {state.GetProperty("previousStartTime")}".Replace("|  ", "| ", StringComparison.Ordinal);
}
