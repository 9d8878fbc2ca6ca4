using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Tests.Twilio;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Truth;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.Sandbox.Tests.Passes;

/// <summary>A pass against a suite that shows what the test says: the pass must tell right from wrong.</summary>
public sealed class OnePassTests
{
    private const int Tasks = 20;

    private static readonly string[] Pass =
        ["--once", "--Sandbox:Day=2026-03-02", $"--Sandbox:Tasks={Tasks}", "--Sandbox:AgreementLimit=00:00:00.5", "--Sandbox:ReceiverLimit=00:00:00.5"];

    [Fact]
    public async Task A_suite_that_shows_the_truth_ends_the_pass_with_exit_code_0()
    {
        var shown = Truth();

        Assert.Equal(0, await PlayAsync(shown));
        Assert.True(shown.Received.Count > Tasks * 5, $"{shown.Received.Count} callbacks");
    }

    [Fact]
    public async Task A_suite_that_shows_nothing_ends_the_pass_with_exit_code_1() => Assert.Equal(1, await PlayAsync(new StubSuite()));

    [Fact]
    public async Task One_second_of_talk_too_many_ends_the_pass_with_exit_code_1()
    {
        var shown = Truth();
        shown.Segments.First(s => s.Kind == SegmentKind.Conversation && s.AgentName.Length > 0).MeasuredTalkTime.Seconds++;

        Assert.Equal(1, await PlayAsync(shown));
    }

    [Fact]
    public async Task One_contact_too_few_in_workforce_management_ends_the_pass_with_exit_code_1()
    {
        var shown = Truth();
        shown.Intervals[0].Offered--;

        Assert.Equal(1, await PlayAsync(shown));
    }

    [Fact]
    public async Task One_second_of_waiting_too_many_in_a_session_ends_the_pass_with_exit_code_1()
    {
        var shown = Truth();
        shown.Sessions[0] = shown.Sessions[0] with { Waited = shown.Sessions[0].Waited + 1 };

        Assert.Equal(1, await PlayAsync(shown));
    }

    [Fact]
    [Rule("INS-27")]
    public void The_sessions_of_a_day_send_every_type_of_session_event() =>
        Assert.Equal(40, TrafficPlan.OfDay(1, Traffic.Day, 220).Lives.SelectMany(life => SessionEvents.Of(life)).Select(sent => sent.Type).Distinct().Count());

    [Fact]
    public async Task A_suite_that_cannot_be_reached_ends_the_pass_with_exit_code_1() =>
        Assert.Equal(1, await SandboxHost.RunAsync([.. StubSuite.Settings("http://127.0.0.1:9", "http://127.0.0.1:9"), .. Pass]));

    private static async Task<int> PlayAsync(StubSuite shown)
    {
        await using var app = await shown.StartAsync();
        return await SandboxHost.RunAsync([.. shown.Settings(), .. Pass]);
    }

    private static StubSuite Truth()
    {
        var lives = TrafficPlan.OfDay(1, Traffic.Day, Tasks).Lives;
        var suite = new StubSuite();
        suite.Sessions.AddRange(SessionTruth.Of(lives));
        suite.Segments.AddRange(lives.SelectMany(ConversationTruth.Segments).Select(s =>
        {
            var segment = new Segment
            {
                ConversationId = s.ConversationId,
                TaskSid = s.TaskSid,
                Kind = s.Kind,
                QueueSid = s.QueueSid,
                AgentName = s.Agent,
                ReservationSid = s.ReservationSid,
                StartTime = s.Start.ToTimestamp(),
                EndTime = s.End?.ToTimestamp(),
                MeasuredQueueTime = Duration(s.Queue),
                MeasuredRingTime = Duration(s.Ring),
                MeasuredTalkTime = Duration(s.Talk),
                MeasuredWrapUpTime = Duration(s.WrapUp),
                AbandonReason = s.AbandonReason,
                MissedReason = s.MissedReason,
                EndedAs = s.EndedAs,
                EndReason = s.EndReason,
                Attributes = { ["abandoned"] = s.Abandoned ? "Yes" : "No" },
            };
            if (s.Outcome.Length > 0)
                segment.Attributes["outcome"] = s.Outcome;
            return segment;
        }));
        suite.Conversations.AddRange(ConversationTruth.Conversations(lives).Select(c => new Conversation
        {
            ConversationId = c.ConversationId,
            TaskSids = { c.TaskSids.Split(' ') },
            StartTime = c.Start.ToTimestamp(),
            EndTime = c.End?.ToTimestamp(),
            SegmentCount = c.Segments,
            Abandoned = c.Abandoned ? Abandoned.Yes : Abandoned.No,
            HandlingTime = Duration(c.Handling),
        }));
        suite.Intervals.AddRange(QueueIntervalTruth.Intervals(lives).Select(i => new QueueInterval
        {
            StartTime = i.Start.ToTimestamp(),
            QueueSid = i.QueueSid,
            Medium = i.Medium,
            Offered = i.Offered,
            Answered = i.Answered,
            AnsweredInServiceLevel = i.InServiceLevel,
            Abandoned = i.Abandoned,
            ShortAbandoned = i.ShortAbandoned,
            Redirected = i.Redirected,
            QueueTime = Duration(i.Queue),
            MaxQueueTime = Duration(i.LongestQueue),
            AbandonedTime = Duration(i.AbandonedWait),
            TalkTime = Duration(i.Talk),
            WrapUpTime = Duration(i.WrapUp),
            WaitingAtEnd = i.Waiting,
        }));
        return suite;
    }

    private static Duration? Duration(long? seconds) => seconds is { } s ? new Duration { Seconds = s } : null;
}
