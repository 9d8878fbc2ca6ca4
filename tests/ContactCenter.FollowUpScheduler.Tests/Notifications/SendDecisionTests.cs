using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Notifications;
using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.FollowUpScheduler.Tests.Notifications;

public sealed class SendDecisionTests
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    [Rule("FUP-43")]
    public void An_attempt_is_held_once_the_last_successful_poll_is_too_long_ago()
    {
        var followUp = Polling(10, lastSuccess: Nine);

        Assert.Equal(new(Nine.AddMinutes(25)), Decide(followUp, Nine.AddMinutes(25)));
        Assert.Equal(new(Nine.AddMinutes(35), HoldReasons.Stale), Decide(followUp, Nine.AddMinutes(35)));
        Assert.Equal(new(Nine.AddMinutes(119)), Decide(Polling(60, Nine), Nine.AddMinutes(119)));
        Assert.Equal(new(Nine.AddMinutes(121), HoldReasons.Stale), Decide(Polling(60, Nine), Nine.AddMinutes(121)));
    }

    [Fact]
    [Rule("FUP-43")]
    public void An_attempt_close_to_a_poll_waits_for_its_end_and_keeps_its_time()
    {
        var followUp = Polling(30, Nine) with { NextPollTime = Nine.AddMinutes(30) };

        Assert.Equal(new(Nine.AddMinutes(28)), Decide(followUp, Nine.AddMinutes(28)));
        Assert.Equal(new(Nine.AddMinutes(29), HoldReasons.PollPending, Nine.AddMinutes(35)), Decide(followUp, Nine.AddMinutes(29)));
        var running = Polling(30, Nine) with { RunningPoll = new Guid("0198b8f2-4c00-7a31-9d5e-3f6a1c2b4d50"), LastPollTime = Nine.AddMinutes(30), NextPollTime = Nine.AddMinutes(60) };
        Assert.Equal(new(Nine.AddMinutes(30), HoldReasons.PollPending, Nine.AddMinutes(35)), Decide(running, Nine.AddMinutes(30)));
        Assert.Equal(new(Nine.AddMinutes(30)), SendDecision.Of(Polling(30, Nine), HoldReasons.PollPending, Nine.AddMinutes(30), [], TimeZoneInfo.Utc, Nine.AddMinutes(34)));
    }

    [Fact]
    [Rule("FUP-69")]
    public void After_downtime_an_attempt_is_due_when_it_is_sent() => Assert.Equal(
        new(Nine.AddMinutes(20)), SendDecision.Of(Polling(60, Nine), "", Nine.AddMinutes(5), [], TimeZoneInfo.Utc, Nine.AddMinutes(20)));

    [Fact]
    [Rule("FUP-65")]
    [Rule("FUP-66")]
    public void A_retry_keeps_its_time() => Assert.Equal(
        new(Nine), SendDecision.Of(Polling(10, Nine), HoldReasons.Retrying, Nine, [QuietWindow.Parse(new() { Start = "08:00", End = "20:00" })!], TimeZoneInfo.Utc, Nine.AddHours(1)));

    [Fact]
    [Rule("FUP-65")]
    [Rule("FUP-71")]
    public void Effective_due_times_of_a_recipient_are_never_less_than_one_frequency_apart()
    {
        var cases =
            from frequency in Gen.Choose(10, 300)
            from start in Gen.Choose(0, 1_439)
            from length in Gen.Choose(1, 1_300)
            from late in Gen.Choose(0, 600).ListOf(5)
            select (frequency, start, length, late);
        Prop.ForAll(Arb.From(cases), sample =>
        {
            var window = new QuietWindow(Enum.GetValues<DayOfWeek>().ToHashSet(), new TimeOnly(0, 0).AddMinutes(sample.start), new TimeOnly(0, 0).AddMinutes(sample.start + sample.length));
            var (due, last) = (Nine, DateTimeOffset.MinValue);
            foreach (var late in sample.late)
            {
                var (reason, now) = ("", due.AddSeconds(late));
                while (true)
                {
                    var decision = SendDecision.Of(Polling(60, now), reason, due, [window], TimeZoneInfo.Utc, now);
                    due = decision.EffectiveDueTime;
                    if (decision.HoldReason.Length == 0)
                        break;
                    (reason, now) = (decision.HoldReason, decision.Until!.Value);
                }

                if (due < last.AddMinutes(last == DateTimeOffset.MinValue ? 0 : sample.frequency))
                    return false;
                (last, due) = (due, due.AddMinutes(sample.frequency));
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    private static SendDecision Decide(StoredFollowUp followUp, DateTimeOffset due) => SendDecision.Of(followUp, "", due, [], TimeZoneInfo.Utc, due);

    private static StoredFollowUp Polling(int minutes, DateTimeOffset lastSuccess)
    {
        var definition = Examples.Approvals();
        definition.DataExtraction.PollingFrequencyMinutes = minutes;
        return new() { Id = "approvals", Revision = 1, Definition = definition, CreateTime = Nine, UpdateTime = Nine, ActivationTime = Nine, PlanStart = Nine, LastSuccessTime = lastSuccess };
    }
}
