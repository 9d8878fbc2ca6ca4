using System.Text;
using System.Text.Json;
using ContactCenter.Wfm.V1;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Mappings;

public sealed class CatalogueTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "10:20:00";

    [Fact]
    [Rule("WFM-19")]
    public async Task The_catalogue_has_all_that_cxone_must_know_with_its_use_and_whether_it_was_taken()
    {
        await Mappings.CreateQueueMappingAsync(new() { QueueMapping = new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Support" } }, cancellationToken: Cancellation);
        await Mappings.CreateQueueMappingAsync(new() { QueueMapping = new() { QueueSid = "WQ2", Medium = Medium.Voice, SkillId = "Idle" } }, cancellationToken: Cancellation);
        await PublishAsync(
            Told.Agent("WK1", "09:00:00", "=4711"), Told.Activity("WK1", "09:00:00", "Available"), Told.Activity("WK1", "10:01:00", "Lunch \"long\""), Told.Activity("WK1", "10:12:00", "Offline"),
            Told.Agent("WK2", "09:00:00", "4712"), Told.Activity("WK2", "09:00:00", "Offline"));
        await PublishAsync(
            Told.Closed(Told.Wait("seg_1", "10:00:00", "10:04:00", "abandoned")), Told.Closed(Told.Wait("seg_2", "10:00:00", "10:04:00", "abandoned") with { TaskChannel = "chat" }));
        // Before anything was sent the catalogue tells what to enter.
        await RestateAsync("10:00:00", "10:15:00");
        Assert.DoesNotContain(",\"true\"\r\n", await ExportAsync(CatalogueFormat.Unspecified), StringComparison.Ordinal);

        Cxone.Answer = call => call.Path switch
        {
            CxoneStub.Queues => (200, """{"errors":[{"index":2,"field":"queueId","message":"unknown skill"}]}"""),
            CxoneStub.States when call.Body.Contains("4712", StringComparison.Ordinal) => (400, ""),
            _ => null,
        };
        await ConnectAsync();
        await RestateAsync("10:00:00", "10:15:00", push: true);
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM wfm.reports WHERE state = 'DELIVERED'") == 2);
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM wfm.agent_states WHERE report_time IS NOT NULL") == 2);

        Assert.Equal(
            """"
            kind,code,name,first_use,last_use,accepted
            "LOGIN_ID","4712","Name of WK2",2026-03-02T09:00:00.000+00:00,2026-03-02T09:00:00.000+00:00,"false"
            "LOGIN_ID","'=4711","Name of WK1",2026-03-02T10:00:00.000+00:00,2026-03-02T10:15:00.000+00:00,"true"
            "REASON_CODE","LUNCH_LONG","Lunch ""long""",2026-03-02T10:00:00.000+00:00,2026-03-02T10:15:00.000+00:00,"true"
            "SKILL","Idle","Idle",,,"true"
            "SKILL","Support","Support",2026-03-02T10:00:00.000+00:00,2026-03-02T10:15:00.000+00:00,"true"
            "SKILL","WQ1-CHAT","WQ1",2026-03-02T10:00:00.000+00:00,2026-03-02T10:15:00.000+00:00,"false"
            "STATE","AVAILABLE","AVAILABLE",2026-03-02T10:00:00.000+00:00,2026-03-02T10:15:00.000+00:00,"true"
            "STATE","LOGGED_OUT","LOGGED_OUT",2026-03-02T09:00:00.000+00:00,2026-03-02T10:12:00.000+00:00,"true"
            "STATE","ON_CONTACT","ON_CONTACT",,,"false"
            "STATE","UNAVAILABLE","UNAVAILABLE",2026-03-02T10:00:00.000+00:00,2026-03-02T10:15:00.000+00:00,"true"
            "STATE","WRAP_UP","WRAP_UP",,,"false"

            """".ReplaceLineEndings("\r\n"),
            await ExportAsync(CatalogueFormat.Csv));
        var first = JsonDocument.Parse(await ExportAsync(CatalogueFormat.Json)).RootElement[1];
        Assert.Equal(
            """{"kind":"LOGIN_ID","code":"=4711","name":"Name of WK1","first_use":"2026-03-02T10:00:00Z","last_use":"2026-03-02T10:15:00Z","accepted":true}""", first.GetRawText());
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => ExportAsync((CatalogueFormat)9));
    }

    private async Task<string> ExportAsync(CatalogueFormat format)
    {
        using var call = Mappings.ExportAcdCatalogue(new() { Format = format }, cancellationToken: Cancellation);
        var file = new List<byte>();
        await foreach (var piece in call.ResponseStream.ReadAllAsync(Cancellation))
            file.AddRange(piece.Content);
        return Encoding.UTF8.GetString([.. file]);
    }
}
