namespace ContactCenter.InsightsEnrichment.Tests.Agents;

public sealed class ApplyAttributesTests(TestServers servers) : AgentTest(servers)
{
    protected override IEnumerable<string> Settings => ["--Agents:ApplyAttributesOn=StatusChange"];

    [Fact]
    [Rule("INS-98")]
    public async Task With_StatusChange_attributes_wait_for_the_next_change_of_status()
    {
        var worker = new WorkerLife { Attributes = """{"email":"a@example.com"}""" }.Created("08:00:00", "Offline");
        worker.Attributes = """{"email":"b@example.com"}""";
        worker.Add("worker.attributes.update", "08:10:00");
        await SendAsync(worker.Forms);
        await SettledAsync();
        Assert.Equal("a@example.com", (await AgentAsync(worker.WorkerSid)).Attributes["email"]);

        worker.Changed("08:20:00", "Available", "Offline", 1200);
        await SendAsync(worker.Forms.Skip(2));
        await SettledAsync();
        Assert.Equal("b@example.com", (await AgentAsync(worker.WorkerSid)).Attributes["email"]);
    }
}
