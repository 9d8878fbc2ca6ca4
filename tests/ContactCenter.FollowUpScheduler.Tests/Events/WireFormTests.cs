using System.Text.Json;
using ContactCenter.Events.FollowUps;
using MassTransit;
using MassTransit.Serialization;

namespace ContactCenter.FollowUpScheduler.Tests.Events;

/// <summary>How events are written on the bus.</summary>
public sealed class WireFormTests
{
    private const string Head =
        """{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:02:22.7+00:00","recordedTime":"2026-03-02T10:02:23.7+00:00","followUpId":"fu-1",""";

    private static readonly JsonSerializerOptions Options = new(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

    [Fact]
    public void FollowUpChanged_keeps_its_form() => Holds<FollowUpChanged>(
        "follow-up-changed",
        """
        "displayName":"Approvals","status":"ACTIVE","revision":3}
        """);

    [Fact]
    public void FollowUpPollCompleted_keeps_its_form() => Holds<FollowUpPollCompleted>(
        "follow-up-poll-completed",
        """
        "pollId":"p1","outcome":"FAILED","reason":"NOT_JSON","new":1,"continued":2,"closed":3}
        """);

    [Fact]
    public void FollowUpRecordOpened_keeps_its_form() => Holds<FollowUpRecordOpened>(
        "follow-up-record-opened",
        """
        "recordId":"r1","reconciliationId":"INC1","episode":2}
        """);

    [Fact]
    public void FollowUpRecordClosed_keeps_its_form() => Holds<FollowUpRecordClosed>(
        "follow-up-record-closed",
        """
        "recordId":"r1","reconciliationId":"INC1","episode":2,"reason":"LEFT_RESULT_SET"}
        """);

    [Fact]
    public void FollowUpNotificationSent_keeps_its_form() => Holds<FollowUpNotificationSent>(
        "follow-up-notification-sent",
        """
        "recordId":"r1","reconciliationId":"INC1","episode":2,"notificationId":"n1","userId":"ana","conversationId":"r1/2/ana","attempt":3,"channelId":"rbm-main","channelType":"RBM","address":"+351210000001","messageIds":["m1"],"initiatedBy":"BOT","countsAsSession":false}
        """);

    [Fact]
    public void FollowUpNotificationStatusChanged_keeps_its_form() => Holds<FollowUpNotificationStatusChanged>(
        "follow-up-notification-status-changed",
        """
        "recordId":"r1","reconciliationId":"INC1","episode":2,"notificationId":"n1","userId":"ana","state":"FAILED","reason":"SEND_EXPIRED"}
        """);

    [Fact]
    public void FollowUpAnswered_keeps_its_form() => Holds<FollowUpAnswered>(
        "follow-up-answered",
        """
        "recordId":"r1","reconciliationId":"INC1","episode":2,"notificationId":"n1","userId":"ana","actionId":"approve"}
        """);

    [Fact]
    public void FollowUpExhausted_keeps_its_form() => Holds<FollowUpExhausted>(
        "follow-up-exhausted",
        """
        "recordId":"r1","reconciliationId":"INC1","episode":2}
        """);

    private static void Holds<T>(string name, string fields)
        where T : class
    {
        Assert.Equal($"urn:message:contactcenter:followups:{name}", MessageUrn.ForTypeString<T>());
        Assert.Equal(Head + fields, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(Head + fields, Options), Options));
    }
}
