using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Keeps what the push interface is like; <c>wire_profile_service.proto</c> is its specification.</summary>
/// <param name="store">Where profiles are.</param>
/// <param name="database">The service's database.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed class WireProfileService(WireProfileStore store, DurableDatabase database, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.WireProfileService.WireProfileServiceBase
{
    private const string Domain = WfmErrors.Domain;
    private const int LongestDocument = 64 << 10;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override Task<V1.CreateWireProfileResponse> CreateWireProfile(V1.CreateWireProfileRequest request, ServerCallContext context)
    {
        if (request.Document.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "document", "is required");
        if (request.Document.Length > LongestDocument)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "document", $"must have at most {LongestDocument} characters");
        var (profile, faults) = WireProfileReader.Read(request.Document);
        if (profile is null)
            throw RpcErrors.InvalidArgument(Domain, [.. faults.Select(fault => ($"document{fault.Pointer}", WfmErrors.ProfileInvalid, fault.Reason))]);
        return calls.RunAsync(context, request, async transaction =>
        {
            if (!await WireProfileStore.AddAsync(transaction.Connection, profile.Id, request.Document, timeProvider.GetUtcNow()))
                throw RpcErrors.AlreadyExists(Domain, WfmErrors.ProfileExists, $"There is a profile '{profile.Id}'; a change needs a new version.");
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "wire_profiles.create", $"wire_profiles/{profile.Id}", request.RequestId));
            return new V1.CreateWireProfileResponse { WireProfile = await ReadAsync(transaction.Connection, profile.Id) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetWireProfileResponse> GetWireProfile(V1.GetWireProfileRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        return new() { WireProfile = await ReadAsync(connection, request.ProfileId), Document = await WireProfileStore.ReadDocumentAsync(connection, request.ProfileId) ?? WireProfile.DefaultDocument };
    }

    /// <inheritdoc />
    public override async Task<V1.ListWireProfilesResponse> ListWireProfiles(V1.ListWireProfilesRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListWireProfilesRequest();
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = await ListAsync(connection, null, Pages.Position(request.PageToken, filter, 1)?[0] ?? "", size + 1);
        var response = new V1.ListWireProfilesResponse();
        response.WireProfiles.AddRange(rows.Take(size));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].ProfileId);
        return response;
    }

    /// <inheritdoc />
    public override Task<V1.ActivateWireProfileResponse> ActivateWireProfile(V1.ActivateWireProfileRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        if (await store.FindAsync(transaction.Connection, request.ProfileId) is null)
            throw Unknown(request.ProfileId);
        await WireProfileStore.ActivateAsync(transaction.Connection, request.ProfileId);
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, "wire_profiles.activate", $"wire_profiles/{request.ProfileId}", request.RequestId));
        return new V1.ActivateWireProfileResponse { WireProfile = await ReadAsync(transaction.Connection, request.ProfileId) };
    });

    private static async Task<V1.WireProfile> ReadAsync(NpgsqlConnection connection, string id) => (await ListAsync(connection, id, "", 1)) is [var profile] ? profile : throw Unknown(id);

    private static async Task<IReadOnlyList<V1.WireProfile>> ListAsync(NpgsqlConnection connection, string? only, string after, int limit) =>
        [.. (await connection.QueryAsync<(string Id, DateTime? Created, bool IsActive)>(
            """
            SELECT p.profile_id, p.create_time, p.profile_id = c.profile
            FROM (SELECT profile_id, create_time FROM wfm.wire_profiles UNION ALL SELECT @builtIn, NULL) p CROSS JOIN wfm.connection c
            WHERE p.profile_id > @after AND (@only::text IS NULL OR p.profile_id = @only) ORDER BY p.profile_id LIMIT @limit
            """,
            new { builtIn = WireProfile.Default.Id, only, after, limit }))
        .Select(row => new V1.WireProfile { ProfileId = row.Id, CreateTime = row.Created?.ToTimestamp(), Active = row.IsActive })];

    private static RpcException Unknown(string id) => RpcErrors.NotFound(Domain, WfmErrors.ProfileUnknown, "wire_profile", id);
}
