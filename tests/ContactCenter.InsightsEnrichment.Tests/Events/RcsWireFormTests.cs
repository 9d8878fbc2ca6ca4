using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Tests.Events;

/// <summary>What is on the bus of messages is a contract: these texts change only by additions.</summary>
public sealed class RcsWireFormTests
{
    private const string Head = """{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:02:22.7+00:00",""";

    [Fact]
    [Rule("MSG-12")]
    public void RcsMessageSent_keeps_its_form() => WireForm.Holds<RcsMessageSent>("rcs-message-sent", Head + """
        "messageId":"m1","agentId":"brand@rbm.goog","phoneNumber":"+15550100100","accepted":true,"format":"text","trafficType":"TRANSACTION","suggestions":[{"kind":"reply","text":"Yes","postbackData":"yes"}],"responder":"bot","campaign":"spring","template":"welcome","conversationId":null}
        """);

    [Fact]
    public void RcsReceiptReceived_keeps_its_form() => WireForm.Holds<RcsReceiptReceived>("rcs-receipt-received", Head + """
        "agentId":"brand@rbm.goog","messageId":"m1","kind":"READ","known":true,"sendDay":"2026-03-01","dayNumber":2,"counted":true}
        """);

    [Fact]
    public void RcsUserMessageReceived_keeps_its_form() => WireForm.Holds<RcsUserMessageReceived>("rcs-user-message-received", Head + """
        "agentId":"brand@rbm.goog","phoneNumber":"+15550100100","userMessageId":"u1","type":"suggested_reply","text":"Yes","postbackData":"yes","attributedMessageId":"m1","attributedTemplate":"welcome"}
        """);

    [Fact]
    public void RcsSubscriptionChanged_keeps_its_form() => WireForm.Holds<RcsSubscriptionChanged>("rcs-subscription-changed", Head + """
        "agentId":"brand@rbm.goog","phoneNumber":"+15550100100","subscribed":false}
        """);

    [Fact]
    public void RcsAgentLaunchStateChanged_keeps_its_form() => WireForm.Holds<RcsAgentLaunchStateChanged>("rcs-agent-launch-state-changed", Head + """
        "agentId":"brand@rbm.goog","oldState":"LAUNCH_STATE_PENDING","newState":"LAUNCH_STATE_LAUNCHED","regionId":"/v1/regions/fi-rcs"}
        """);

    [Fact]
    public void RcsAnalyticsRefreshed_keeps_its_form() => WireForm.Holds<RcsAnalyticsRefreshed>("rcs-analytics-refreshed", Head + """
        "refreshNumber":7,"cutOffTime":"2026-03-02T00:00:00+00:00","restatedDays":["2026-02-01"]}
        """);
}
