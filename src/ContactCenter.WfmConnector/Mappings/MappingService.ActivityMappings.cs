using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.AgentStates;
using Dapper;
using Grpc.Core;
using Npgsql;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    // The newest row of each activity counts; one without state says that the name counts again.
    internal const string PresentActivities =
        "SELECT DISTINCT ON (activity_key) activity_key, state_id FROM wfm.activity_mappings ORDER BY activity_key, from_time DESC";

    private const string MappedActivities =
        $"SELECT p.activity_key, s.state, s.class, s.reason_code, s.reason_text FROM ({PresentActivities}) p JOIN wfm.states s USING (state_id)";

    private static readonly string[] Classes = ["AVAILABLE", "UNAVAILABLE", "ON_CONTACT", "WRAP_UP"];

    /// <inheritdoc />
    public override Task<V1.CreateActivityMappingResponse> CreateActivityMapping(V1.CreateActivityMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.ActivityMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "activity_mapping", "is required"));
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockActivitiesAsync(transaction.Connection);
            if (await FindActivityAsync(transaction.Connection, mapping.ActivitySid) is not null)
                throw Exists("activity", mapping.ActivitySid);
            await AddActivityAsync(transaction.Connection, mapping, context.CancellationToken);
            Audit(transaction, context, "activity_mappings.create", $"activity_mappings/{mapping.ActivitySid}", request.RequestId);
            return new V1.CreateActivityMappingResponse { ActivityMapping = Stamp(mapping) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetActivityMappingResponse> GetActivityMapping(V1.GetActivityMappingRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        return new() { ActivityMapping = await FindActivityAsync(connection, request.ActivitySid) ?? throw NotFound("activity_mapping", request.ActivitySid) };
    }

    /// <inheritdoc />
    public override Task<V1.UpdateActivityMappingResponse> UpdateActivityMapping(V1.UpdateActivityMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.ActivityMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "activity_mapping", "is required"), isUpdate: true);
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockActivitiesAsync(transaction.Connection);
            var stored = await FindActivityAsync(transaction.Connection, mapping.ActivitySid) ?? throw NotFound("activity_mapping", mapping.ActivitySid);
            CheckEtag(mapping.Etag, stored.Etag);
            await AddActivityAsync(transaction.Connection, mapping, context.CancellationToken);
            Audit(transaction, context, "activity_mappings.update", $"activity_mappings/{mapping.ActivitySid}", request.RequestId);
            return new V1.UpdateActivityMappingResponse { ActivityMapping = Stamp(mapping) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListActivityMappingsResponse> ListActivityMappings(V1.ListActivityMappingsRequest request, ServerCallContext context)
    {
        var (rows, next) = await PageAsync<(string Activity, string State, string Class, string? Code, string? Text)>(
            new V1.ListActivityMappingsRequest(),
            (request.PageSize, request.PageToken),
            $"{MappedActivities} WHERE p.activity_key > @after ORDER BY p.activity_key LIMIT @limit",
            row => row.Activity,
            context.CancellationToken);
        return new() { ActivityMappings = { rows.Select(ActivityOf) }, NextPageToken = next };
    }

    /// <inheritdoc />
    public override Task<V1.DeleteActivityMappingResponse> DeleteActivityMapping(V1.DeleteActivityMappingRequest request, ServerCallContext context) =>
        calls.RunAsync(context, request, async transaction =>
        {
            var added = await transaction.Connection.ExecuteAsync(
                $"""
                LOCK TABLE wfm.activity_mappings IN SHARE ROW EXCLUSIVE MODE;
                INSERT INTO wfm.activity_mappings (activity_key, from_time)
                SELECT activity_key, @now FROM ({PresentActivities}) p WHERE p.activity_key = @ActivitySid AND p.state_id IS NOT NULL
                """,
                new { request.ActivitySid, now = timeProvider.GetUtcNow() });
            if (added < 1)
                throw NotFound("activity_mapping", request.ActivitySid);
            Audit(transaction, context, "activity_mappings.delete", $"activity_mappings/{request.ActivitySid}", request.RequestId);
            return new V1.DeleteActivityMappingResponse();
        });

    private static V1.ActivityMapping ActivityOf((string Activity, string State, string Class, string? Code, string? Text) row) => Stamp(
        new V1.ActivityMapping { ActivitySid = row.Activity, State = row.State, StateClass = row.Class, ReasonCode = row.Code ?? "", ReasonText = row.Text ?? "" });

    private static async Task<V1.ActivityMapping?> FindActivityAsync(NpgsqlConnection connection, string activitySid) =>
        await connection.QuerySingleOrDefaultAsync<(string, string, string, string?, string?)?>($"{MappedActivities} WHERE p.activity_key = @activitySid", new { activitySid }) is { } row
            ? ActivityOf(row)
            : null;

    /// <summary>Keeps others from mapping to the end of the transaction.</summary>
    private static Task<int> LockActivitiesAsync(NpgsqlConnection connection) => connection.ExecuteAsync("LOCK TABLE wfm.activity_mappings IN SHARE ROW EXCLUSIVE MODE");

    private async Task AddActivityAsync(NpgsqlConnection connection, V1.ActivityMapping mapping, CancellationToken cancellationToken)
    {
        var kind = new AgentStateKind(mapping.State, mapping.StateClass, mapping.ReasonCode.Length > 0 ? mapping.ReasonCode : null, mapping.ReasonText.Length > 0 ? mapping.ReasonText : null);
        var stateId = await ActivityBook.NumberOfAsync(connection, kind, cancellationToken);
        await connection.ExecuteAsync(
            "INSERT INTO wfm.activity_mappings (activity_key, from_time, state_id) VALUES (@ActivitySid, @now, @stateId)", new { mapping.ActivitySid, now = timeProvider.GetUtcNow(), stateId });
    }

    private static V1.ActivityMapping Check(V1.ActivityMapping mapping, bool isUpdate = false)
    {
        var isOurs = Classes.Append("LOGGED_OUT").Contains(mapping.State);
        if (isOurs && mapping.StateClass.Length == 0)
            mapping.StateClass = mapping.State;
        new Faults("activity_mapping")
            .Text(mapping.ActivitySid, "activity_sid", LongestId)
            .Text(mapping.State, "state", LongestId)
            .Refuse(mapping.State.Length > 0 && (!StateName().IsMatch(mapping.State) || mapping.State == "RINGING"), "state", "must be capitals, digits and underscores, and not RINGING")
            .Refuse(isOurs ? mapping.StateClass != mapping.State : !Classes.Contains(mapping.StateClass), "state_class", "must be AVAILABLE, UNAVAILABLE, ON_CONTACT or WRAP_UP, or that of the state")
            .Text(mapping.ReasonCode, "reason_code", LongestId, isRequired: false)
            .Text(mapping.ReasonText, "reason_text", LongestName, isRequired: false)
            .Text(mapping.Etag, "etag", LongestId, isUpdate)
            .Throw();
        return mapping;
    }

    [GeneratedRegex("^[A-Z0-9_]+$", RegexOptions.CultureInvariant)]
    private static partial Regex StateName();
}
