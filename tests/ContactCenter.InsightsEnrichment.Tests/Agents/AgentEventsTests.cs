using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Tests.Agents;

public sealed class AgentEventsTests(TestServers servers) : AgentTest(servers)
{
    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    private Published _published = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _published = await Published.ListenAsync(
            Broker,
            typeof(AgentStateChanged), typeof(AgentChanged), typeof(ActivityChanged));
    }

    public override async ValueTask DisposeAsync()
    {
        await _published.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    [Rule("INS-96")]
    [Rule("INS-107")]
    [Rule("INS-138")]
    public async Task Every_change_of_activity_is_published_once_a_late_one_with_its_own_times()
    {
        var worker = new WorkerLife { Attributes = """{"agent_id":"4711","email":"a@example.com"}""" }
            .Changed("08:00:00", "Available", "Offline", 60).Changed("08:30:00", "Lunch", "Available", 1800).Changed("09:00:00", "Available", "Lunch", 1800);
        var activity = new WorkerLife(2)
            .Add("activity.created", "07:00:00", ("ActivitySid", WorkerLife.ActivitySid("Lunch")), ("ActivityName", "Lunch"), ("ActivityAvailable", "false"), ("WorkerSid", "")).Forms[0];

        await SendAsync([activity]);
        foreach (var form in new[] { worker.Forms[0], worker.Forms[2], worker.Forms[1], worker.Forms[2] })
        {
            await SendAsync([form]);
            await SettledAsync();
        }

        worker.Changed("10:00:00", "Lunch", "Available", 3600);
        await SendAsync(worker.Forms.Skip(3));
        await Eventually.TrueAsync(() => _published.Of<AgentStateChanged>().Count() >= 4 && _published.Of<ActivityChanged>().Any());

        Assert.Equal(
            [
                "08:00:00 Offline 60000 Available True", "09:00:00 Lunch 1800000 Available True", "08:30:00 Available 1800000 Lunch False",
                "10:00:00 Available 3600000 Lunch False",
            ],
            _published.Of<AgentStateChanged>().Select(state => $"{state.StateStartTime:HH:mm:ss} {state.PreviousActivity} {state.PreviousActivityMs} {state.Activity} {state.Available}"));
        var agent = Assert.Single(_published.Of<AgentChanged>());
        Assert.Equal(("4711", "a@example.com", "Active", "John Doe"), (agent.AgentId, agent.Email, agent.State, agent.FullName));
        Assert.Equal(("Lunch", false), (_published.Of<ActivityChanged>().Single().Name, _published.Of<ActivityChanged>().Single().Available));
    }
}
