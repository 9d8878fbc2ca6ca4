using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Serves sessions; <c>session_service.proto</c> is its specification.</summary>
/// <param name="store">Where they are.</param>
/// <param name="renderer">Renders documents and transcripts.</param>
/// <param name="timeProvider">Says whether a document is complete.</param>
public sealed partial class SessionService(SessionStore store, SessionRenderer renderer, TimeProvider timeProvider) : V1.SessionService.SessionServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.GetSessionResponse> GetSession(V1.GetSessionRequest request, ServerCallContext context) =>
        new() { Session = MessageOf(await FindAsync(request.Name, context)) };

    /// <inheritdoc />
    public override async Task<V1.GetSessionMetadataResponse> GetSessionMetadata(V1.GetSessionMetadataRequest request, ServerCallContext context)
    {
        var session = await FindAsync(request.Name, context);
        var document = renderer.Metadata(session);
        return new()
        {
            Metadata = new()
            {
                Name = session.Name.ToString(),
                Document = UnsafeByteOperations.UnsafeWrap(document.Bytes),
                Etag = document.Etag,
                RecordVersion = session.RecordVersion,
                Complete = session.ReadyTime <= timeProvider.GetUtcNow(),
                ContentType = "application/json",
            },
        };
    }

    /// <inheritdoc />
    public override async Task<V1.GetSessionTranscriptResponse> GetSessionTranscript(V1.GetSessionTranscriptRequest request, ServerCallContext context)
    {
        var session = await FindAsync(request.Name, context);
        var isText = request.Format == V1.TranscriptFormat.Text;
        return new()
        {
            Content = UnsafeByteOperations.UnsafeWrap(isText ? renderer.TranscriptText(session) : renderer.TranscriptJson(session)),
            ContentType = isText ? "text/plain; charset=utf-8" : "application/json",
            RecordVersion = session.RecordVersion,
        };
    }

    private async Task<StoredSession> FindAsync(string name, ServerCallContext context) =>
        await store.FindAsync(NameOf(name), context.CancellationToken) ?? throw NotFound(name);

    private static SessionName NameOf(string name)
    {
        if (name.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "name", "is required");
        return SessionName.TryParse(name, out var parsed) ? parsed : throw NotFound(name);
    }

    private static RpcException NotFound(string name) => RpcErrors.NotFound(Domain, InsightsErrors.SessionNotFound, "session", name);

    private static V1.Session MessageOf(StoredSession session)
    {
        var message = new V1.Session
        {
            Name = session.Name.ToString(),
            Kind = (V1.SessionKind)session.Name.Kind,
            SessionId = session.Name.Id,
            AccountSid = session.AccountSid,
            SessionType = session.SessionType ?? "",
            Status = session.Document.Status ?? "",
            StartTime = session.StartTime.ToTimestamp(),
            EndTime = session.EndTime?.ToTimestamp(),
            ConversationId = session.ConversationId ?? "",
            CustomerId = session.CustomerId ?? "",
            TaskSid = session.TaskSid ?? "",
            CallSid = session.CallSid ?? "",
            ReadyTime = session.ReadyTime?.ToTimestamp(),
            RecordVersion = session.RecordVersion,
            UpdateTime = session.UpdateTime.ToTimestamp(),
            Provisional = !session.HasStart,
        };
        message.Agents.AddRange(session.Agents.Select(agent => new V1.SessionAgent
        {
            AgentId = agent.Id,
            AgentCustomId = agent.CustomId ?? "",
            Email = agent.Email ?? "",
            Name = agent.Name ?? "",
        }));
        return message;
    }
}
