using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Directories;

/// <summary>Keeps people, groups and attributes; <c>directory_service.proto</c> is its specification.</summary>
/// <param name="store">Where they are.</param>
/// <param name="calls">Runs changes once per request_id.</param>
public sealed class DirectoryService(DirectoryStore store, IdempotentCalls calls) : V1.DirectoryService.DirectoryServiceBase
{
    private const string Domain = FollowUpErrors.Domain;

    private static readonly TimeSpan FullDelay = TimeSpan.FromHours(1);
    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.BatchUpsertUsersResponse> BatchUpsertUsers(V1.BatchUpsertUsersRequest request, ServerCallContext context)
    {
        var declared = await store.DeclaredAsync(context.CancellationToken);
        Check(reader => reader.Read(request.Users, declared));
        return await calls.RunAsync(context, request, async transaction =>
        {
            await DirectoryStore.UpsertUsersAsync(transaction.Connection, request.Users);
            Audit(transaction, context, "users.upsert", request.Users is [var user] ? $"users/{user.UserId}" : "users", request.RequestId);
            return new V1.BatchUpsertUsersResponse();
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetUserResponse> GetUser(V1.GetUserRequest request, ServerCallContext context) => new()
    {
        User = (await store.FindUsersAsync([Required(request.UserId, "user_id")], context.CancellationToken)).GetValueOrDefault(request.UserId)?.User ?? throw UserNotFound(request.UserId),
    };

    /// <inheritdoc />
    public override async Task<V1.ListUsersResponse> ListUsers(V1.ListUsersRequest request, ServerCallContext context)
    {
        var all = new V1.ListUsersRequest();
        var size = Pages.Size(request.PageSize);
        var users = await store.ListUsersAsync(Pages.Position(request.PageToken, all, 1)?[0] ?? "", size + 1, context.CancellationToken);
        return new() { Users = { users.Take(size) }, NextPageToken = users.Count > size ? Paging.Token(all, users[size - 1].UserId) : "" };
    }

    /// <inheritdoc />
    public override Task<V1.DeleteUserResponse> DeleteUser(V1.DeleteUserRequest request, ServerCallContext context)
    {
        Required(request.UserId, "user_id");
        return calls.RunAsync(context, request, async transaction =>
        {
            if (!await DirectoryStore.DeleteUserAsync(transaction.Connection, request.UserId))
                throw UserNotFound(request.UserId);
            Audit(transaction, context, "users.delete", $"users/{request.UserId}", request.RequestId);
            return new V1.DeleteUserResponse();
        });
    }

    /// <inheritdoc />
    public override Task<V1.UpsertGroupResponse> UpsertGroup(V1.UpsertGroupRequest request, ServerCallContext context)
    {
        var group = request.Group ?? throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, "group", "is required");
        Check(reader => reader.Read(group));
        return calls.RunAsync(context, request, async transaction =>
        {
            if (await DirectoryStore.UpsertGroupAsync(transaction.Connection, group) is { Count: > 0 } unknown)
                throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "group.user_ids", $"must be users; there is no '{unknown[0]}'");
            Audit(transaction, context, "groups.upsert", $"groups/{group.GroupId}", request.RequestId);
            return new V1.UpsertGroupResponse();
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListGroupsResponse> ListGroups(V1.ListGroupsRequest request, ServerCallContext context)
    {
        var all = new V1.ListGroupsRequest();
        var size = Pages.Size(request.PageSize);
        var groups = await store.ListGroupsAsync(Pages.Position(request.PageToken, all, 1)?[0] ?? "", size + 1, context.CancellationToken);
        return new() { Groups = { groups.Take(size) }, NextPageToken = groups.Count > size ? Paging.Token(all, groups[size - 1].GroupId) : "" };
    }

    /// <inheritdoc />
    public override Task<V1.DeleteGroupResponse> DeleteGroup(V1.DeleteGroupRequest request, ServerCallContext context)
    {
        Required(request.GroupId, "group_id");
        return calls.RunAsync(context, request, async transaction =>
        {
            if (!await DirectoryStore.DeleteGroupAsync(transaction.Connection, request.GroupId))
                throw RpcErrors.NotFound(Domain, FollowUpErrors.GroupNotFound, "group", request.GroupId);
            Audit(transaction, context, "groups.delete", $"groups/{request.GroupId}", request.RequestId);
            return new V1.DeleteGroupResponse();
        });
    }

    /// <inheritdoc />
    public override Task<V1.UpsertGlobalAttributeResponse> UpsertGlobalAttribute(V1.UpsertGlobalAttributeRequest request, ServerCallContext context)
    {
        var attribute = request.Attribute ?? throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, "attribute", "is required");
        Check(reader => reader.Read(attribute));
        return calls.RunAsync(context, request, async transaction =>
        {
            await DirectoryStore.SetGlobalsAsync(transaction.Connection, new Dictionary<string, string> { [attribute.Attribute] = attribute.Value });
            Audit(transaction, context, "globalAttributes.upsert", $"globalAttributes/{attribute.Attribute}", request.RequestId);
            return new V1.UpsertGlobalAttributeResponse();
        });
    }

    /// <inheritdoc />
    public override Task<V1.DeclareUserAttributeResponse> DeclareUserAttribute(V1.DeclareUserAttributeRequest request, ServerCallContext context)
    {
        Check(reader => reader.ReadUserAttribute(request.Attribute));
        return calls.RunAsync(context, request, async transaction =>
        {
            if (!await DirectoryStore.DeclareAsync(transaction.Connection, request.Attribute, DirectoryReader.MostUserAttributes))
                throw RpcErrors.ResourceExhausted(Domain, FollowUpErrors.TooManyAttributes, $"There are {DirectoryReader.MostUserAttributes} user attributes, which is the limit.", FullDelay);
            Audit(transaction, context, "userAttributes.declare", $"userAttributes/{request.Attribute}", request.RequestId);
            return new V1.DeclareUserAttributeResponse();
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListAttributesResponse> ListAttributes(V1.ListAttributesRequest request, ServerCallContext context)
    {
        var globals = await store.GlobalsAsync(context.CancellationToken);
        var declared = await store.DeclaredAsync(context.CancellationToken);
        return new()
        {
            GlobalAttributes = { globals.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new V1.GlobalAttribute { Attribute = pair.Key, Value = pair.Value }) },
            UserAttributes = { declared.UserAttributes.Order(StringComparer.Ordinal) },
        };
    }

    private static string Required(string value, string field) =>
        value.Length > 0 ? value : throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, field, "is required");

    private static RpcException UserNotFound(string id) => RpcErrors.NotFound(Domain, FollowUpErrors.UserNotFound, "user", id);

    private static void Check(System.Action<DirectoryReader> read)
    {
        var findings = new Findings();
        read(new DirectoryReader(findings));
        findings.ThrowIfRefused();
    }

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, string resource, string requestId) =>
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, resource, requestId));
}
