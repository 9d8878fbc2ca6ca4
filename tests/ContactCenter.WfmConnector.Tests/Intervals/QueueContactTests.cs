using ContactCenter.Events.Insights;
using ContactCenter.WfmConnector.Intervals;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class QueueContactTests
{
    [Theory]
    [InlineData("abandoned", ContactResult.Abandoned)]
    [InlineData("moved", ContactResult.Redirected)]
    [InlineData("transferred", ContactResult.Redirected)]
    [InlineData("removed", ContactResult.Redirected)]
    [InlineData("answered", null)]
    [Rule("WFM-46"), Rule("WFM-47")]
    public void A_wait_ends_a_contact_unless_it_was_answered(string left, ContactResult? expected) =>
        Assert.Equal(expected, QueueContact.Of(Segments.Wait("s", "10:00:00", "10:00:30", left), false).Result);

    [Fact]
    [Rule("WFM-46"), Rule("WFM-47")]
    public void A_handling_ends_an_answered_contact_and_offers_that_nobody_accepted_end_none()
    {
        var answered = Segments.Answered("s", "10:00:00", "10:05:00", 1_000, 200_000, 100_000);

        Assert.Equal(ContactResult.Answered, QueueContact.Of(answered, false).Result);
        Assert.Null(QueueContact.Of(answered, withdrawn: true).Result);
        Assert.Null(QueueContact.Of(answered with { QueueMilliseconds = null }, false).Result);
        Assert.Null(QueueContact.Of(answered with { ReservationSid = null }, false).Result);
        Assert.All(
            new[] { SegmentKinds.MissedConversation, SegmentKinds.RejectedConversation, SegmentKinds.Corrupted },
            kind => Assert.Null(QueueContact.Of(answered with { Kind = kind }, false).Result));
    }

    [Theory]
    [InlineData("voice", ContactMedium.Voice)]
    [InlineData("chat", ContactMedium.Chat)]
    [InlineData("sms", ContactMedium.Sms)]
    [InlineData("web", ContactMedium.Web)]
    [InlineData("email", ContactMedium.Other)]
    [InlineData("fax", ContactMedium.Other)]
    [InlineData(null, ContactMedium.Other)]
    [Rule("WFM-52"), Rule("WFM-53")]
    public void The_medium_comes_from_the_task_channel_whatever_reports_show(string? channel, ContactMedium expected) =>
        Assert.Equal(expected, QueueContact.Of(Segments.Wait("s", "10:00:00", "10:00:30", "moved") with { TaskChannel = channel, Channel = "Chat" }, false).Medium);
}
