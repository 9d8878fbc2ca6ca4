using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Connections;

public sealed partial class ConnectionService
{
    private static readonly TimeSpan NextTry = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override async Task<V1.UpdateConnectionResponse> UpdateConnection(V1.UpdateConnectionRequest request, ServerCallContext context)
    {
        var wanted = request.Connection ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "connection", "is required");
        if (wanted.Etag.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "connection.etag", "is required");
        var stored = await store.ReadAsync(context.CancellationToken);
        CheckEtag(wanted, stored);
        var configured = Merge(wanted, stored);
        if (!configured.Missing.Any() && !request.SkipVerification && await tokens.TryAsync(configured, context.CancellationToken) is { } failure)
        {
            throw failure.Result == CxoneResult.Unauthorized
                ? RpcErrors.FailedPrecondition(Domain, failure.Reason, $"CXone refuses the access key: status {failure.Status}.")
                : RpcErrors.Unavailable(Domain, WfmErrors.CxoneUnavailable, $"CXone could not be reached: {failure.Reason}.", NextTry);
        }

        return await calls.RunAsync(context, request, async transaction =>
        {
            var before = await store.LockAsync(transaction.Connection);
            CheckEtag(wanted, before);
            await store.ConfigureAsync(transaction.Connection, configured with { Revision = before.Revision + 1 });
            await store.EnterAsync(
                transaction,
                configured.Missing.Any() ? ConnectionState.Unconfigured
                    : !before.IsWanted ? ConnectionState.Paused
                    : request.SkipVerification ? ConnectionState.AuthFailed
                    : ConnectionState.Connecting,
                "The connection was configured.",
                httpStatus: null);
            Audit(transaction, context, "connection.update", request.RequestId, Changed(before, configured));
            return new V1.UpdateConnectionResponse { Connection = MessageOf(await store.LockAsync(transaction.Connection)) };
        });
    }

    private static void CheckEtag(V1.Connection wanted, Connection stored)
    {
        if (wanted.Etag != stored.Etag)
            throw RpcErrors.Aborted(Domain, WfmErrors.EtagMismatch, $"The connection was changed: its etag is {stored.Etag} now.");
    }

    private Connection Merge(V1.Connection wanted, Connection stored)
    {
        CheckLength(wanted.AccessKeyId, Connection.LongestText, "connection.access_key_id");
        CheckLength(wanted.SecretKey, Connection.LongestSecret, "connection.secret_key");
        CheckLength(wanted.TenantName, Connection.LongestText, "connection.tenant_name");
        if (!System.Enum.IsDefined(wanted.Mode))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "connection.mode", "is not known");
        var (url, fault) = ServiceUrl.Read(wanted.ServiceUrl, guard);
        if (fault is not null)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.ServiceUrlInvalid, "connection.service_url", $"cannot be used: {fault}");
        var keyId = wanted.AccessKeyId.Length == 0 || wanted.AccessKeyId == Shown(stored.AccessKeyId) ? stored.AccessKeyId : wanted.AccessKeyId;
        // A stored secret goes nowhere but to where it was entered for.
        if (wanted.SecretKey.Length == 0 && stored.SecretKey is not null && (url != stored.ServiceUrl || keyId != stored.AccessKeyId))
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.SecretRequired, "connection.secret_key", "has to be entered again, since service_url or access_key_id has changed");
        var isNew = wanted.SecretKey.Length > 0;
        return stored with
        {
            ServiceUrl = url,
            AccessKeyId = keyId,
            SecretKey = isNew ? wanted.SecretKey : stored.SecretKey,
            SecretSetTime = isNew ? timeProvider.GetUtcNow().UtcDateTime : stored.SecretSetTime,
            Mode = wanted.Mode == V1.AuthenticationMode.Sdk ? AuthenticationMode.Sdk : AuthenticationMode.Plain,
            TenantName = wanted.TenantName,
        };
    }

    private static void CheckLength(string text, int longest, string field)
    {
        if (text.Length > longest)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, field, $"must have at most {longest} characters");
    }

    private static IEnumerable<string> Changed(Connection before, Connection after)
    {
        if (before.ServiceUrl != after.ServiceUrl)
            yield return "service_url";
        if (before.AccessKeyId != after.AccessKeyId)
            yield return "access_key_id";
        if (before.SecretKey != after.SecretKey)
            yield return "secret_key";
        if (before.Mode != after.Mode)
            yield return "mode";
        if (before.TenantName != after.TenantName)
            yield return "tenant_name";
    }
}
