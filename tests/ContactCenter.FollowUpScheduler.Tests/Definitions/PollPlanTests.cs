using ContactCenter.FollowUpScheduler.Definitions;

namespace ContactCenter.FollowUpScheduler.Tests.Definitions;

public sealed class PollPlanTests
{
    [Theory]
    [Rule("FUP-91")]
    [InlineData("fu-1042", 45)]
    [InlineData("fu-1043", 34)]
    public void The_phase_of_a_follow_up_is_always_the_same(string id, int seconds) => Assert.Equal(seconds, PollPlan.PhaseSeconds(id, 60));

    [Fact]
    [Rule("FUP-90")]
    public void Planned_polls_are_whole_periods_apart_from_the_first()
    {
        var start = new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
        var plan = new PollPlan(start, TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(60));

        Assert.Equal(start.AddSeconds(45), plan.From(start));
        Assert.Equal(start.AddSeconds(45), plan.From(start.AddSeconds(45)));
        Assert.Equal(start.AddMinutes(60).AddSeconds(45), plan.After(start.AddSeconds(45)));
        Assert.Equal(start.AddMinutes(240).AddSeconds(45), plan.From(start.AddMinutes(200)));
    }
}
