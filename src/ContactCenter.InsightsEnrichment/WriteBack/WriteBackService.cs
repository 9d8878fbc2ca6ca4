using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Writes enrichment back to TaskRouter; <c>write_back_service.proto</c> is its specification.</summary>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="store">The write-backs.</param>
/// <param name="rows">The rows of runs.</param>
/// <param name="runs">Begins runs.</param>
/// <param name="run">Works out again what a task's values are for.</param>
/// <param name="options">How many workers at a time.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class WriteBackService(
    IdempotentCalls calls,
    WriteBackStore store,
    WorkerUpdateStore rows,
    WorkerRuns runs,
    EnrichmentRun run,
    IOptions<WriteBackOptions> options,
    TimeProvider timeProvider) : V1.WriteBackService.WriteBackServiceBase
{
    internal const string Domain = InsightsErrors.Domain;
    private const int LongestReason = 512;

    private static readonly Paging Pages = new(Domain);

    /// <summary>Checks attributes: a JSON object of acceptable size.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>ATTRIBUTES_INVALID</c>.</exception>
    internal static System.Text.Json.Nodes.JsonObject Attributes(string text, string field) => AttributeMerge.Parse(text)
        ?? throw RpcErrors.InvalidArgument(Domain, InsightsErrors.AttributesInvalid, field, "must be a JSON object of at most 64 KiB that has each name once");

    private static string Required(string value, string field) =>
        value.Length > 0 ? value : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, field, "is required");

    private static string TaskOf(string sid) => Required(sid, "task_sid").StartsWith("WT", StringComparison.Ordinal)
        ? sid
        : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "task_sid", "must be the SID of a task (WT…)");

    private static string? Given(string value) => value.Length > 0 ? value : null;

    private static Guid IdOf(string text) => Guid.TryParseExact(Required(text, "write_back_id"), "D", out var id)
        ? id
        : throw RpcErrors.NotFound(Domain, InsightsErrors.WriteBackNotFound, "write-back", text);

    /// <summary>A new write-back of a task; its account is that of its events, else the only one.</summary>
    private async Task<WriteBackItem> NewAsync(
        NpgsqlConnection connection, WriteBackKind kind, string taskSid, string accountSid, string workspaceSid, string? attributes, string? reason)
    {
        var owner = accountSid.Length > 0 && workspaceSid.Length > 0
            ? (accountSid, workspaceSid)
            : await WriteBackStore.OwnerOfTaskAsync(connection, taskSid) ?? runs.OnlyWorkspace(accountSid, workspaceSid);
        runs.RequireKey(owner.Item1);
        // As precise as it is stored, so that an answer equals what is read later.
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        return new()
        {
            WriteBackId = Guid.CreateVersion7(now),
            AccountSid = owner.Item1,
            WorkspaceSid = owner.Item2,
            Target = taskSid,
            Kind = kind,
            Attributes = attributes,
            Reason = reason,
            StartTime = now,
            CreateTime = now,
        };
    }

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, Guid id, string requestId) =>
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, $"writeBacks/{id}", requestId));
}
