using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.Tests.AgentStates;

public sealed class DwellTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "08:20:00";

    protected override IEnumerable<string> Settings => ["--Wfm:RealTime:Mode=Dwell"];

    [Fact]
    [Rule("WFM-28")]
    public async Task Only_what_has_stood_for_three_seconds_goes_out_and_nothing_if_that_is_what_it_was()
    {
        await ConnectAsync();
        await PublishAsync(Told.Activity("WK1", "07:00:00", "Available"));
        Assert.Empty(Cxone.ReportedStates);
        await DwellAsync();
        await PublishAsync(Told.Handling("WK1", "WR1", "08:00:00", "talking"), Told.Handling("WK1", "WR1", "08:00:01", "wrap_up"), Told.Handling("WK1", "WR1", "08:00:02", "released"));
        await DwellAsync();
        Assert.Equal(["AVAILABLE"], Reported);

        await PublishAsync(Told.Handling("WK1", "WR2", "08:05:00", "talking"));
        await DwellAsync();
        Assert.Equal(["AVAILABLE", "ON_CONTACT"], Reported);
    }

    private IEnumerable<string?> Reported => Cxone.ReportedStates.Select(state => state.GetProperty("state").GetString());

    private async Task DwellAsync()
    {
        Time.Set(Time.GetUtcNow().AddSeconds(4));
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM wfm.agent_states WHERE due_time IS NOT NULL OR lease_id IS NOT NULL") == 0);
    }
}

public sealed class SettingTests
{
    [Theory]
    [InlineData("Wfm:RealTime:MinimumSpacing", "00:00:02.999", "00:00:03")]
    [InlineData("Wfm:RealTime:BatchSize", "1001", "1000")]
    [InlineData("Wfm:Connection:Heartbeat", "00:05:01", "00:05:00")]
    [InlineData("Wfm:Intervals:SealAfter", "00:15:01", "00:15:00")]
    [InlineData("Wfm:Intervals:ContactMaxSilence", "00:59:59", "01:00:00")]
    [InlineData("Wfm:Intervals:ContactEnd", "WRAP_UP", "TALK_ENDED")]
    [Rule("WFM-14"), Rule("WFM-46"), Rule("WFM-48"), Rule("WFM-28"), Rule("WFM-32"), Rule("WFM-71")]
    public void A_setting_out_of_its_range_stops_the_start_with_its_key_value_and_range(string key, string value, string limit)
    {
        var app = WfmConnectorHost.Create([$"--{key}={value}", "--ConnectionStrings:database=Host=localhost", "--ConnectionStrings:rabbitmq=amqp://localhost", .. TestKey.SecretSettings, .. TestOutputLog.Settings]);

        var failure = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IOptions<WfmOptions>>().Value);
        Assert.All([key, value, limit], part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
    }
}
