using System.Text.Json;
using ContactCenter.Events.Wfm;
using MassTransit;
using MassTransit.Serialization;

namespace ContactCenter.WfmConnector.Tests.Events;

public sealed class WireFormTests
{
    [Fact]
    public void The_events_keep_their_form()
    {
        Holds<WfmConnectionChanged>("connection-changed", """
            "state":"AUTH_FAILED","cause":"ACCESS_KEY_REJECTED","httpStatus":401
            """);
        Holds<WfmIntervalSealed>("interval-sealed", """
            "intervalStart":"2026-03-02T10:00:00+00:00","incomplete":false
            """);
        Holds<WfmIntervalRestated>("interval-restated", """
            "intervalStart":"2026-03-02T10:00:00+00:00","revision":1,"changedValues":9
            """);
        Holds<WfmReportRejected>(
            "report-rejected",
            """
            "reportId":"0195a5c2-7c00-7000-8000-000000000002","intervalStart":"2026-03-02T10:00:00+00:00","kind":"QUEUE","revision":0,"reason":"REPORT_TOO_LARGE"
            """);
    }

    private static void Holds<T>(string name, string members)
        where T : class
    {
        var text = $$"""{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:17:22.7+00:00",{{members}}}""";
        var options = new JsonSerializerOptions(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };
        Assert.Equal($"urn:message:contactcenter:wfm:{name}", MessageUrn.ForTypeString<T>());
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(text, options), options));
    }
}
