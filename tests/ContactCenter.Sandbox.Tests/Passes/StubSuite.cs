using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Tests.Twilio;
using ContactCenter.Wfm.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Sandbox.Tests.Passes;

/// <summary>Takes every callback and shows what it is told to show.</summary>
internal sealed class StubSuite
{
    private ListenOptions? _http;
    private ListenOptions? _grpc;

    /// <summary>The event type and the new activity, if any, of each callback taken.</summary>
    public ConcurrentQueue<(string EventType, string Activity)> Received { get; } = [];

    public List<Conversation> Conversations { get; } = [];

    public List<Segment> Segments { get; } = [];

    public List<QueueInterval> Intervals { get; } = [];

    public List<SessionFacts> Sessions { get; } = [];

    /// <summary>The types of the session events taken.</summary>
    public ConcurrentQueue<string> SessionEvents { get; } = [];

    public async Task<WebApplication> StartAsync()
    {
        // Empty: the default builders would read the sandbox's own appsettings.json, which lies beside the tests.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => (_http, endpoint.Protocols) = (endpoint, HttpProtocols.Http1));
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => (_grpc, endpoint.Protocols) = (endpoint, HttpProtocols.Http2));
        });
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        var app = builder.Build();
        app.MapPost("/ingest/twilio/taskrouter", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            Received.Enqueue((form["EventType"].ToString(), form["WorkerActivityName"].ToString()));
            return Results.NoContent();
        });
        app.MapGrpcService<ConversationsStub>();
        app.MapGrpcService<IntervalsStub>();
        app.MapGrpcService<IngestStub>();
        app.MapGrpcService<SessionsStub>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>The sandbox's settings for the started stub.</summary>
    public string[] Settings() => Settings($"http://{_http!.IPEndPoint}", $"http://{_grpc!.IPEndPoint}");

    public static string[] Settings(string http, string grpc) =>
    [
        "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
        $"--services:insights-enrichment:http:0={http}",
        $"--services:insights-enrichment:grpc:0={grpc}",
        $"--services:wfm-connector:grpc:0={grpc}",
        "--PublicBaseUrl=https://insights.example.com",
        $"--Twilio:Accounts:0:AccountSid={WorkedExamples.Account.AccountSid}",
        $"--Twilio:Accounts:0:WorkspaceSids:0={WorkedExamples.Account.WorkspaceSid}",
        $"--Twilio:Accounts:0:AuthTokens:0={WorkedExamples.Account.AuthToken}",
    ];

    private sealed class ConversationsStub(StubSuite suite) : ConversationService.ConversationServiceBase
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

    private sealed class IntervalsStub(StubSuite suite) : IntervalService.IntervalServiceBase
    {
        public override Task<ListQueueIntervalsResponse> ListQueueIntervals(ListQueueIntervalsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListQueueIntervalsResponse { QueueIntervals = { suite.Intervals } });
    }

    private sealed class IngestStub(StubSuite suite) : EventIngestService.EventIngestServiceBase
    {
        public override Task<IngestSessionEventsResponse> IngestSessionEvents(IngestSessionEventsRequest request, ServerCallContext context)
        {
            foreach (var taken in request.Events)
                suite.SessionEvents.Enqueue(taken.Type);
            return Task.FromResult(new IngestSessionEventsResponse());
        }
    }

    private sealed class SessionsStub(StubSuite suite) : SessionService.SessionServiceBase
    {
        public override Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context) => Task.FromResult(new ListSessionsResponse
        {
            Sessions =
            {
                suite.Sessions.Select(facts => new Session
                {
                    Name = facts.Name,
                    Kind = facts.Messages is null ? SessionKind.Call : SessionKind.Chat,
                    TaskSid = facts.TaskSid,
                    ConversationId = facts.ConversationId,
                }),
            },
        });

        public override Task<GetSessionMetadataResponse> GetSessionMetadata(GetSessionMetadataRequest request, ServerCallContext context)
        {
            var facts = suite.Sessions.Single(one => one.Name == request.Name);
            var document = JsonSerializer.SerializeToUtf8Bytes(new
            {
                status = facts.Status,
                wait_duration = facts.Waited,
                call_duration = facts.Handled,
                chat_duration = facts.Handled,
                message_count = facts.Messages,
                rating = facts.Rating,
                participants = Enumerable.Repeat(new { type = "agent" }, facts.Agents),
            });
            return Task.FromResult(new GetSessionMetadataResponse { Metadata = new() { Name = facts.Name, Document = ByteString.CopyFrom(document) } });
        }
    }
}
