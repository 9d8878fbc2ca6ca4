using System.Text.Json;
using ContactCenter.Events.Crm;
using MassTransit;
using MassTransit.Serialization;

namespace ContactCenter.CrmConnector.Tests.Events;

public sealed class WireFormTests
{
    [Fact]
    public void CrmConnectorActivated_keeps_its_form()
    {
        const string Text =
            """{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:02:22.7+00:00","recordedTime":"2026-03-02T10:02:23.7+00:00","connectorId":"main","revision":3,"interactionMethod":"GENERIC_API"}""";
        var options = new JsonSerializerOptions(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

        Assert.Equal("urn:message:contactcenter:crm:crm-connector-activated", MessageUrn.ForTypeString<CrmConnectorActivated>());
        Assert.Equal(Text, JsonSerializer.Serialize(JsonSerializer.Deserialize<CrmConnectorActivated>(Text, options), options));
    }
}
