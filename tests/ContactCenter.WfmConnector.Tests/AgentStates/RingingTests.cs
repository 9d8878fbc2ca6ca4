using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.WfmConnector.Tests.AgentStates;

public sealed class RingingTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "08:20:00";

    protected override IEnumerable<string> Settings => ["--Wfm:RealTime:ReportRinging=true"];

    [Fact]
    [Rule("WFM-22"), Rule("WFM-26")]
    public async Task An_agent_to_whom_a_contact_is_offered_rings_under_contacts_and_over_the_activity()
    {
        await SealAsync();
        await ConnectAsync();
        await PublishAsync(
            Told.Activity("WK1", "08:00:00", "Available"),
            // Answered.
            Told.Handling("WK1", "WR1", "08:01:00", "offered"), Told.Handling("WK1", "WR1", "08:01:10", "talking"),
            // Offered during another contact and turned down after it.
            Told.Handling("WK1", "WR2", "08:02:00", "offered", "chat"), Told.Handling("WK1", "WR1", "08:02:30", "released"), Told.Handling("WK1", "WR2", "08:02:40", "released", "chat"),
            Told.Activity("WK2", "08:00:00", "Offline"), Told.Handling("WK2", "WR3", "08:01:00", "offered"), Told.Handling("WK1", "WR4", "08:10:00", "offered"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any(state => state.GetProperty("state").GetString() == "RINGING"));

        var spans = (await Adherence.ListAgentActivitiesAsync(
            new() { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:15:00").ToTimestamp() }, cancellationToken: Cancellation)).Activities;
        Assert.Equal(
            [
                "WK1 08:00:00 AVAILABLE", "WK1 08:01:00 RINGING Voice", "WK1 08:01:10 ON_CONTACT Voice", "WK1 08:02:30 RINGING Chat", "WK1 08:02:40 AVAILABLE", "WK1 08:10:00 RINGING Voice",
                "WK2 08:00:00 LOGGED_OUT",
            ],
            spans.Select(span => $"{span.AgentSid} {span.StartTime.ToDateTime():HH:mm:ss} {span.State} {(span.Medium == Wfm.V1.Medium.Unspecified ? "" : span.Medium)}".TrimEnd()));
        await RestateAsync("08:00:00", "08:15:00");
        Assert.Contains("\"loggedInTime\":900,\"availableTime\":820,\"unavailableTime\":0", (await ReportAsync("08:00:00", Wfm.V1.ReportKind.Queue)).Body, StringComparison.Ordinal);
        Assert.Contains("\"activity\":\"RINGING\",\"reasonCode\":null,\"medium\":\"CHAT\"", (await ReportAsync("08:00:00", Wfm.V1.ReportKind.Activity)).Body, StringComparison.Ordinal);

        // An offer of which nothing more is told rings no longer than a contact may be silent.
        Time.Set(Told.At("08:10:01").AddDays(1));
        await PublishAsync(Told.Watermark("08:10:01") with { WatermarkTime = Time.GetUtcNow() });
        await SealAsync();
        Assert.Equal(["AVAILABLE", "LOGGED_OUT"], (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).AgentStates.Select(state => state.State));
    }
}
