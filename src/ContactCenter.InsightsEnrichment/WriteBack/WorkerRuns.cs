using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Begins runs that update workers, whichever way their rows came (INS-119, INS-100).</summary>
/// <param name="accounts">The configured accounts.</param>
/// <param name="credentials">Their REST API keys.</param>
/// <param name="options">How many workers at a time.</param>
/// <param name="workers">Who manages the workers.</param>
/// <param name="timeProvider">Now.</param>
public sealed class WorkerRuns(
    TwilioAccounts accounts, RestCredentials credentials, IOptions<WriteBackOptions> options, IOptions<WorkersOptions> workers, TimeProvider timeProvider)
{
    /// <summary>Most rows of a run.</summary>
    public const int MostRows = 10_000;

    private const string Domain = InsightsErrors.Domain;

    /// <summary>Checks a run without beginning it.</summary>
    /// <param name="request">The run.</param>
    /// <exception cref="RpcException">As <c>write_back_service.proto</c> says.</exception>
    public void Check(UpdateWorkersRequest request)
    {
        if (workers.Value.SsoManaged && request is { Force: false, DryRun: false })
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.SsoManaged, "Single sign-on manages the workers and would overwrite this at their next log-in; set force to write all the same.");
        if (request.Workers.Count == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "workers", "needs at least one row");
        if (request.Workers.Count > MostRows)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.BodyTooLarge, "workers", $"has more than {MostRows} rows");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var row = 0; row < request.Workers.Count; row++)
        {
            if (!request.Workers[row].WorkerSid.StartsWith("WK", StringComparison.Ordinal))
                throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, $"workers[{row}].worker_sid", "must be the SID of a worker (WK…)");
            if (!seen.Add(request.Workers[row].WorkerSid))
                throw RpcErrors.InvalidArgument(Domain, InsightsErrors.WorkerRepeated, $"workers[{row}].worker_sid", "stands in an earlier row too");
            WriteBackService.Attributes(request.Workers[row].Attributes, $"workers[{row}].attributes");
        }

        RequireKey(OnlyWorkspace(request.AccountSid, request.WorkspaceSid).AccountSid);
    }

    /// <summary>Stores a checked run and its jobs.</summary>
    /// <param name="transaction">Commits them.</param>
    /// <param name="request">The run.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<UpdateWorkersResponse> BeginAsync(DurableTransaction transaction, UpdateWorkersRequest request, string actor, CancellationToken cancellationToken)
    {
        var (accountSid, workspaceSid) = OnlyWorkspace(request.AccountSid, request.WorkspaceSid);
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        var run = new WriteBackItem
        {
            WriteBackId = Guid.CreateVersion7(now),
            AccountSid = accountSid,
            WorkspaceSid = workspaceSid,
            Target = request.Workers is [var only] ? only.WorkerSid : "",
            Kind = WriteBackKind.Workers,
            DryRun = request.DryRun,
            StartTime = now,
            CreateTime = now,
        };
        await WriteBackStore.AddAsync(transaction.Connection, run);
        await WorkerUpdateStore.AddAsync(transaction.Connection, run.WriteBackId, [.. request.Workers.Select(row => (row.WorkerSid, row.Attributes))]);
        await WriteBackJobs.BeginAsync(transaction, run, Enumerable.Range(0, request.Workers.Count), options.Value.Parallelism, cancellationToken);
        transaction.Audit(new AuditEntry(actor, "writeBacks.updateWorkers", $"writeBacks/{run.WriteBackId}", request.RequestId));
        var message = WriteBackMessages.Of(run);
        message.Counts = new() { Total = request.Workers.Count, Waiting = request.Workers.Count };
        return new() { WriteBack = message };
    }

    /// <summary>The account and workspace that are meant where a request names them or there is only one.</summary>
    /// <param name="accountSid">The account named; empty for none.</param>
    /// <param name="workspaceSid">The workspace named; empty for none.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>ACCOUNT_REQUIRED</c>.</exception>
    public (string AccountSid, string WorkspaceSid) OnlyWorkspace(string accountSid, string workspaceSid)
    {
        var found = accounts.Workspaces
            .Where(pair => (accountSid.Length == 0 || pair.AccountSid == accountSid) && (workspaceSid.Length == 0 || pair.WorkspaceSid == workspaceSid)).ToList();
        return found is [var only] ? only : throw RpcErrors.InvalidArgument(
            Domain, InsightsErrors.AccountRequired, found.Count == 0 ? "account_sid" : "workspace_sid",
            found.Count == 0 ? "names no configured account and workspace" : "is required, with account_sid: several workspaces are configured");
    }

    /// <summary>Refuses accounts without REST API key.</summary>
    /// <param name="accountSid">The account.</param>
    /// <exception cref="RpcException">FAILED_PRECONDITION <c>REST_NOT_CONFIGURED</c>.</exception>
    public void RequireKey(string accountSid)
    {
        if (!credentials.HasKey(accountSid))
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.RestNotConfigured, $"Twilio:Accounts has no ApiKeySid for {accountSid}.");
    }
}
