using ContactCenter.FollowUpScheduler.Channels;

namespace ContactCenter.FollowUpScheduler.Tests.Channels;

public sealed class NameGuidTests
{
    [Fact]
    [Rule("FUP-57")]
    public void Ids_of_messages_are_those_of_the_worked_example()
    {
        var notification = new Guid("0198b8f2-4c00-7a31-9d5e-3f6a1c2b4d50");

        Assert.Equal(new("49e8aa9b-0afa-5012-be5d-8b94af01dc26"), NameGuid.OfMessage(notification, 0));
        Assert.Equal(new("20549653-f93d-591e-97c0-d68cfbc771ca"), NameGuid.OfMessage(notification, 1));
    }
}
