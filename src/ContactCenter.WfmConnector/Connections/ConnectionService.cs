using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Egress.Guard;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Keeps the connection to CXone; <c>connection_service.proto</c> is its specification.</summary>
/// <param name="store">Where it is.</param>
/// <param name="tokens">Tries access keys out.</param>
/// <param name="client">Tries the connection out.</param>
/// <param name="source">Knows whether Insights is heard of.</param>
/// <param name="guard">Judges service URLs.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class ConnectionService(
    ConnectionStore store, CxoneTokens tokens, CxoneClient client, SourceWatch source, EgressGuard guard, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.ConnectionService.ConnectionServiceBase
{
    private const string Domain = WfmErrors.Domain;
    private const int ShownCharacters = 4;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.GetConnectionResponse> GetConnection(V1.GetConnectionRequest request, ServerCallContext context) =>
        new() { Connection = MessageOf(await store.ReadAsync(context.CancellationToken)), Source = await source.StateAsync(context.CancellationToken) };

    /// <inheritdoc />
    public override Task<V1.ConnectResponse> Connect(V1.ConnectRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var before = await store.LockAsync(transaction.Connection);
        CheckConfigured(before);
        if (!before.IsWanted)
        {
            await store.WantAsync(transaction.Connection, isWanted: true);
            await store.EnterAsync(transaction, ConnectionState.Connecting, "Connect was called.", httpStatus: null);
            Audit(transaction, context, "connection.connect", request.RequestId);
        }

        return new V1.ConnectResponse { Connection = MessageOf(await store.LockAsync(transaction.Connection)) };
    });

    /// <inheritdoc />
    public override Task<V1.DisconnectResponse> Disconnect(V1.DisconnectRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var before = await store.LockAsync(transaction.Connection);
        if (before.IsWanted)
        {
            await store.WantAsync(transaction.Connection, isWanted: false);
            await store.EnterAsync(transaction, ConnectionState.Paused, "Disconnect was called.", httpStatus: null);
            Audit(transaction, context, "connection.disconnect", request.RequestId);
        }

        return new V1.DisconnectResponse { Connection = MessageOf(await store.LockAsync(transaction.Connection)) };
    });

    /// <inheritdoc />
    public override async Task<V1.ListConnectionEventsResponse> ListConnectionEvents(V1.ListConnectionEventsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListConnectionEventsRequest();
        var events = await store.ListEventsAsync(Pages.Position(request.PageToken, filter, 1)?.Id(0), size + 1, context.CancellationToken);
        var response = new V1.ListConnectionEventsResponse();
        response.Events.AddRange(events.Take(size).Select(change => new V1.ConnectionEvent
        {
            State = System.Enum.Parse<V1.ConnectionState>(change.State.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            EventTime = change.Time.ToTimestamp(),
            Cause = change.Cause,
            HttpStatus = change.HttpStatus ?? 0,
        }));
        if (events.Count > size)
            response.NextPageToken = Paging.Token(filter, events[size - 1].Id.ToString());
        return response;
    }

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, string requestId, IEnumerable<string>? changed = null) =>
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, "connection", requestId, Details: changed is null ? null : AuditEntry.Changed(changed)));

    private static V1.Connection MessageOf(Connection connection)
    {
        var message = new V1.Connection
        {
            ServiceUrl = connection.ServiceUrl,
            AccessKeyId = Shown(connection.AccessKeyId),
            SecretSetTime = connection.SecretSetTime?.ToTimestamp(),
            Mode = (V1.AuthenticationMode)connection.Mode,
            TenantName = connection.TenantName,
            State = (V1.ConnectionState)connection.State,
            StateTime = connection.StateTime.ToTimestamp(),
            SuccessTime = connection.SuccessTime?.ToTimestamp(),
            Etag = connection.Etag,
        };
        return message;
    }

    private static string Shown(string accessKeyId) => accessKeyId.Length == 0 ? "" : $"…{accessKeyId[^Math.Min(ShownCharacters, accessKeyId.Length)..]}";
}
