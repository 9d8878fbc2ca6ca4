using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Agents;

public sealed class AgentServiceTests(TestServers servers) : AgentTest(servers)
{
    [Fact]
    [Rule("INS-46")]
    [Rule("INS-47")]
    [Rule("INS-49")]
    [Rule("INS-50")]
    [Rule("INS-95")]
    public async Task Worker_attributes_fill_the_agent()
    {
        var worker = new WorkerLife
        {
            Attributes = """
            {"full_name":"Johnny Doe","agent_id":4711,"roles":["agent","coach"],"agent_label_1":"ID-9","agent_attribute_2":"Green","team_name":"Sales",
             "department_id":"D1","department_name":"Retail","own":"x","manager":"","location":null}
            """,
        }.Created("08:00:00", "Offline").Changed("08:30:00", "Available", "Offline", 1800);
        await SendAsync(worker.Forms);
        await SettledAsync();

        var agent = await AgentAsync(worker.WorkerSid);
        Assert.Equal(("Johnny Doe", "4711", "Active", "Available"), (agent.FullName, agent.AgentId, agent.State, agent.CurrentActivity));
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["agent_attribute_1"] = worker.WorkerSid,
                ["agent_attribute_2"] = "Green",
                ["agent_id"] = "4711",
                ["agent_label_1"] = "ID-9",
                ["agent_label_2"] = "Green",
                ["department_id"] = "D1",
                ["department_name"] = "Retail",
                ["full_name"] = "Johnny Doe",
                ["role"] = "agent, coach",
            },
            new SortedDictionary<string, string>(agent.Attributes));
        Assert.Equal("08:00:00", agent.DateJoined.ToDateTime().ToString("HH:mm:ss", null));
        Assert.Equal(1, await WarningsAsync("team_name_without_id"));

        worker.Attributes = "{}";
        worker.Deleted("17:00:00");
        await SendAsync(worker.Forms.Skip(2));
        await SettledAsync();
        agent = await AgentAsync(worker.WorkerSid);
        Assert.Equal(("John Doe", "Deleted", ""), (agent.FullName, agent.State, agent.CurrentActivity));
        Assert.Empty((await Agents.ListAgentsAsync(new(), cancellationToken: Cancellation)).Agents);
        Assert.Single((await Agents.ListAgentsAsync(new() { Filter = new() { IncludeDeleted = true } }, cancellationToken: Cancellation)).Agents);
    }

    [Fact]
    [Rule("INS-99")]
    public async Task An_agent_without_team_shows_the_queue_of_the_last_segment_handled()
    {
        var worker = new WorkerLife("John Doe".Sum(letter => letter)).Created("08:00:00", "Available");
        await SendAsync([.. worker.Forms, .. Examples.ColdTransfer().Forms]);
        await SettledAsync();

        var agent = await AgentAsync(worker.WorkerSid);
        Assert.Equal((TaskLife.SidOf("Level 1"), ""), (agent.TeamId, agent.TeamName));
    }

    [Fact]
    [Rule("INS-107")]
    public async Task Current_states_show_the_activity_and_what_is_open()
    {
        var worker = new WorkerLife("John Doe".Sum(letter => letter)).Created("08:00:00", "Ready");
        var offline = new WorkerLife(7, "Kim").Created("08:00:00", "Available");
        var life = new TaskLife().Created("09:00:00").Entered("09:00:00", "Level 1").Offered("09:00:05", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:09", 1, "John Doe", "Level 1");
        var activity = new WorkerLife(8).Add("activity.updated", "07:00:00", ("ActivitySid", WorkerLife.ActivitySid("Ready")), ("ActivityName", "Ready"), ("ActivityAvailable", "true")).Forms[0]
            .Where(field => !field.Key.StartsWith("Worker", StringComparison.Ordinal)).ToDictionary();
        await SendAsync([.. worker.Forms, .. offline.Forms, .. life.Forms, activity]);
        await SettledAsync();

        var states = (await Agents.ListCurrentAgentStatesAsync(new(), cancellationToken: Cancellation)).States;
        Assert.Equal(["Available True", "Ready True"], states.Select(state => $"{state.Activity} {state.Available}").Order());
        var open = Assert.Single(states.Single(state => state.AgentSid == worker.WorkerSid).OpenReservations);
        Assert.Equal((TaskLife.Sid("WR", 1), life.TaskSid), (open.ReservationSid, open.TaskSid));
    }

    [Fact]
    public async Task Lists_page_without_gaps_and_bad_requests_are_told_what_is_wrong()
    {
        for (var number = 1; number <= 5; number++)
            await SendAsync(new WorkerLife(number).Created("08:00:00", "Available").Changed("09:00:00", "Lunch", "Available", 3600).Forms);
        await SettledAsync();

        var sids = new List<string>();
        var request = new ListAgentsRequest { PageSize = 2 };
        do
        {
            var page = await Agents.ListAgentsAsync(request, cancellationToken: Cancellation);
            sids.AddRange(page.Agents.Select(agent => agent.AgentSid));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(Enumerable.Range(1, 5).Select(number => TaskLife.Sid("WK", number)), sids);

        var segments = new List<string>();
        var asked = new ListAgentStatusSegmentsRequest { PageSize = 3 };
        do
        {
            var page = await Agents.ListAgentStatusSegmentsAsync(asked, cancellationToken: Cancellation);
            segments.AddRange(page.Segments.Select(segment => segment.SegmentId));
            asked.PageToken = page.NextPageToken;
        }
        while (asked.PageToken.Length > 0);
        Assert.Equal((10, 10), (segments.Count, segments.Distinct().Count()));

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => Agents.GetAgentAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "AGENT_NOT_FOUND", () => Agents.GetAgentAsync(new() { AgentSid = "WK9" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => Agents.GetAgentAsync(new() { AgentSid = "WK\0" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => Agents.ListAgentsAsync(new() { PageSize = -1 }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Agents.ListCurrentAgentStatesAsync(new() { PageToken = "x" }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument, "RANGE_INVALID",
            () => Agents.ListAgentStatusSegmentsAsync(new() { Filter = new() { StartTime = new() { Seconds = 5 }, EndTime = new() { Seconds = 5 } } }, cancellationToken: Cancellation));
    }

    private static async Task FailsAsync<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }
}
