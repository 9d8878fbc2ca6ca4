using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.AgentStates;
using Dapper;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    // The newest row of each activity counts; one without state says that the name counts again.
    private const string PresentActivities =
        "SELECT DISTINCT ON (activity_key) activity_key, state_id FROM wfm.activity_mappings ORDER BY activity_key, from_time DESC";

    private static readonly string[] Classes = ["AVAILABLE", "UNAVAILABLE", "ON_CONTACT", "WRAP_UP"];

    /// <inheritdoc />
    public override Task<V1.CreateActivityMappingResponse> CreateActivityMapping(V1.CreateActivityMappingRequest request, ServerCallContext context)
    {
        var mapping = Check(request.ActivityMapping?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "activity_mapping", "is required"));
        return calls.RunAsync(context, request, async transaction =>
        {
            var kind = new AgentStateKind(
                mapping.State, mapping.StateClass, mapping.ReasonCode.Length > 0 ? mapping.ReasonCode : null, mapping.ReasonText.Length > 0 ? mapping.ReasonText : null);
            var stateId = await ActivityBook.NumberOfAsync(transaction.Connection, kind, context.CancellationToken);
            var added = await transaction.Connection.ExecuteAsync(
                $"""
                LOCK TABLE wfm.activity_mappings IN SHARE ROW EXCLUSIVE MODE;
                INSERT INTO wfm.activity_mappings (activity_key, from_time, state_id) SELECT @ActivitySid, @now, @stateId
                WHERE NOT EXISTS (SELECT FROM ({PresentActivities}) p WHERE p.activity_key = @ActivitySid AND p.state_id IS NOT NULL)
                """,
                new { mapping.ActivitySid, now = timeProvider.GetUtcNow(), stateId });
            if (added < 1)
                throw Exists("activity", mapping.ActivitySid);
            Audit(transaction, context, "activity_mappings.create", $"activity_mappings/{mapping.ActivitySid}", request.RequestId);
            return new V1.CreateActivityMappingResponse { ActivityMapping = mapping };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListActivityMappingsResponse> ListActivityMappings(V1.ListActivityMappingsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListActivityMappingsRequest();
        var after = Pages.Position(request.PageToken, filter, 1)?[0] ?? "";
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = (await connection.QueryAsync<(string Activity, string State, string Class, string? Code, string? Text)>(new CommandDefinition(
            $"""
            SELECT p.activity_key, s.state, s.class, s.reason_code, s.reason_text FROM ({PresentActivities}) p JOIN wfm.states s USING (state_id)
            WHERE p.activity_key > @after ORDER BY p.activity_key LIMIT @limit
            """,
            new { after, limit = size + 1 },
            cancellationToken: context.CancellationToken))).AsList();
        var response = new V1.ListActivityMappingsResponse();
        response.ActivityMappings.AddRange(rows.Take(size).Select(row => new V1.ActivityMapping
        {
            ActivitySid = row.Activity,
            State = row.State,
            StateClass = row.Class,
            ReasonCode = row.Code ?? "",
            ReasonText = row.Text ?? "",
        }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].Activity);
        return response;
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

    private static V1.ActivityMapping Check(V1.ActivityMapping mapping)
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
            .Throw();
        return mapping;
    }

    [GeneratedRegex("^[A-Z0-9_]+$", RegexOptions.CultureInvariant)]
    private static partial Regex StateName();
}
