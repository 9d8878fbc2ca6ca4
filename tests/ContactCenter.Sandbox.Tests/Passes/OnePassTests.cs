using System.Globalization;
using System.Net;
using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Tests.Twilio;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Truth;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Sandbox.Tests.Passes;

/// <summary>A pass against a suite that shows what the test says: the pass must tell right from wrong.</summary>
public sealed class OnePassTests
{
    private const int Tasks = 20;

    [Fact]
    public async Task A_suite_that_shows_the_truth_ends_the_pass_with_exit_code_0()
    {
        var shown = Truth();

        Assert.Equal(0, await PlayAsync(shown));
        Assert.True(shown.Callbacks > Tasks * 5, $"{shown.Callbacks} callbacks");
    }

    [Fact]
    public async Task A_suite_that_shows_nothing_ends_the_pass_with_exit_code_1() => Assert.Equal(1, await PlayAsync(new Suite()));

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
    public async Task A_suite_that_cannot_be_reached_ends_the_pass_with_exit_code_1() =>
        Assert.Equal(1, await SandboxHost.RunAsync(Arguments("http://127.0.0.1:9", "http://127.0.0.1:9")));

    private static async Task<int> PlayAsync(Suite shown)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(shown);
        await using var app = builder.Build();
        app.MapPost("/ingest/twilio/taskrouter", () =>
        {
            Interlocked.Increment(ref shown.Callbacks);
            return Results.NoContent();
        });
        app.MapGrpcService<Conversations>();
        app.MapGrpcService<Intervals>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var addresses = app.Urls.ToArray();
        return await SandboxHost.RunAsync(Arguments(addresses[0], addresses[1]));
    }

    private static string[] Arguments(string http, string grpc) =>
    [
        "--once",
        "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
        $"--services:insights-enrichment:http:0={http}",
        $"--services:insights-enrichment:grpc:0={grpc}",
        $"--services:wfm-connector:grpc:0={grpc}",
        "--PublicBaseUrl=https://insights.example.com",
        $"--Twilio:Accounts:0:AccountSid={WorkedExamples.Account.AccountSid}",
        $"--Twilio:Accounts:0:WorkspaceSids:0={WorkedExamples.Account.WorkspaceSid}",
        $"--Twilio:Accounts:0:AuthTokens:0={WorkedExamples.Account.AuthToken}",
        $"--Sandbox:Day={Traffic.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}",
        $"--Sandbox:Tasks={Tasks}",
        "--Sandbox:AgreementLimit=00:00:00.5",
        "--Sandbox:ReceiverLimit=00:00:00.5",
    ];

    private static Suite Truth()
    {
        var lives = TrafficPlan.OfDay(1, Traffic.Day, Tasks).Lives;
        var suite = new Suite();
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
        }));
        return suite;
    }

    private static Duration? Duration(long? seconds) => seconds is { } s ? new Duration { Seconds = s } : null;

    private sealed class Suite
    {
        public int Callbacks;

        public List<Conversation> Conversations { get; } = [];

        public List<Segment> Segments { get; } = [];

        public List<QueueInterval> Intervals { get; } = [];
    }

    private sealed class Conversations(Suite suite) : ConversationService.ConversationServiceBase
    {
        public override Task<ListConversationsResponse> ListConversations(ListConversationsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListConversationsResponse { Conversations = { suite.Conversations } });

        // Two pages, so that a reader who stops after the first is found out.
        public override Task<ListSegmentsResponse> ListSegments(ListSegmentsRequest request, ServerCallContext context)
        {
            var half = suite.Segments.Count / 2;
            return Task.FromResult(request.PageToken.Length == 0
                ? new ListSegmentsResponse { Segments = { suite.Segments.Take(half) }, NextPageToken = "second" }
                : new ListSegmentsResponse { Segments = { suite.Segments.Skip(half) } });
        }
    }

    private sealed class Intervals(Suite suite) : IntervalService.IntervalServiceBase
    {
        public override Task<ListQueueIntervalsResponse> ListQueueIntervals(ListQueueIntervalsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListQueueIntervalsResponse { QueueIntervals = { suite.Intervals } });
    }
}
