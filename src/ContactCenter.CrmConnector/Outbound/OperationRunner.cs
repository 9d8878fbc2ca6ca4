using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>
/// Runs an operation: decides on its next call, stores what will be sent, sends it, and stores what came of it together with the next
/// one, until it is over or has to wait (CRM-80 to CRM-91).
/// </summary>
/// <remarks>What is to come after a failed call is decided here, by the connector's policy; the job itself only waits, or is a dead letter.</remarks>
/// <param name="database">The service's database.</param>
/// <param name="connectors">The connectors.</param>
/// <param name="requests">Makes calls of rendered requests.</param>
/// <param name="policies">What follows a failure.</param>
/// <param name="egress">Makes the calls.</param>
/// <param name="files">Makes those that send files.</param>
/// <param name="keys">Seals requests.</param>
/// <param name="redactor">Masks secrets in answers.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class OperationRunner(
    DurableDatabase database,
    ConnectorLoader connectors,
    CrmRequests requests,
    CrmPolicies policies,
    EgressClient egress,
    FileSender files,
    SecretKeyRing keys,
    Redactor redactor,
    TimeProvider timeProvider) : IJobHandler, IDisposable
{
    // Twice as many as there are calls under way: while some wait for the CRM, others are with the database. More would only get in each other's way.
    private readonly SemaphoreSlim _turns = new(2 * CrmRequests.Concurrency);

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            await RunInTurnAsync(job, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task RunInTurnAsync(JobRun job, CancellationToken cancellationToken)
    {
        for (Result? last = null; await AdvanceAsync(job, last, cancellationToken) is { } call; last = await SendAsync(job, call, cancellationToken))
        {
            // Each turn is one call.
        }
    }

    /// <summary>Stores what came of the last call and what is sent next, in one transaction.</summary>
    /// <returns>The next call; null if the job is finished.</returns>
    private async Task<Call?> AdvanceAsync(JobRun job, Result? last, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var connection = transaction.Connection;
        if (await SessionStore.LockOfJobAsync(connection, job.Id) is not { } session || session.Operations.Find(operation => operation.JobId == job.Id) is not { } own)
        {
            await job.CommitAsync(transaction, cancellationToken);
            return null;
        }

        var operation = FirstOf(session.Operations, own);
        if (operation != own)
            await OperationStore.SwapAsync(connection, operation, own);
        var now = timeProvider.GetUtcNow();
        var work = SessionWork.Of(transaction, session, operation, connectors, now);
        if (last is null && work.ChangesLane(operation))
        {
            await work.SaveAsync();
            await job.CommitAsync(transaction, cancellationToken);
            return null;
        }

        var run = new OperationFlow(transaction, work, operation, keys, redactor, now);
        if (last is null)
            await PrepareAsync(job, operation, cancellationToken);
        else
            await run.ApplyAsync(last);

        var next = run.IsGoing ? await run.NextAsync() : null;
        work.Change(operation);
        if (work.ChangesSession)
            work.ReleaseBlocked();
        await work.SaveAsync();
        if (operation.State == WorkState.Dead)
            await job.CommitDeadAsync(transaction, run.Failure, cancellationToken);
        else if (next is null && run.Wait is null)
            await job.CommitAsync(transaction, cancellationToken);
        else
            await transaction.CommitAsync(cancellationToken);
        if (run.Wait is not null)
            throw run.Wait;
        return next is null ? null : new(work.Connector, operation.OperationId, KeyOf(operation), next);
    }

    // If an earlier one waits in the same lane and neither was ever sent, it goes first (CRM-162).
    private static StoredOperation FirstOf(List<StoredOperation> operations, StoredOperation own) =>
        IsNew(own) ? operations.Find(other => other.Lane == own.Lane && other.JobId is not null && IsNew(other))! : own;

    private static bool IsNew(StoredOperation operation) => operation is { State: WorkState.Queued, AttemptCount: 0 };

    private static async Task PrepareAsync(JobRun job, StoredOperation operation, CancellationToken cancellationToken)
    {
        var isCreate = operation.Step is EndpointKind.CreateAccount or EndpointKind.CreateRecord;
        switch (operation.State)
        {
            // Its dead letter was replayed.
            case WorkState.Dead:
                operation.Restart(await job.IsReRenderAskedAsync(cancellationToken));
                break;
            case WorkState.Sending when isCreate:
                operation.Uncertain = true;
                break;
            default:
                break;
        }
    }

    private async Task<Result> SendAsync(JobRun job, Call call, CancellationToken cancellationToken)
    {
        var endpoint = call.Connector.Template.Endpoints[call.Request.Endpoint];
        var request = (await requests.OfAsync(call.Connector.Stored, endpoint, call.Request.Text, call.Key, cancellationToken)) with { ReservationId = job.Id.ToString() };
        await job.CheckAsync(cancellationToken);
        var (time, begin) = (timeProvider.GetUtcNow(), timeProvider.GetTimestamp());
        var outcome = call.Request.File is null ? await CallAsync(request) : await files.SendAsync(call.Request, request, CallAsync, cancellationToken);
        var attempt = new CallAttempt(
            time, call.Request.Endpoint, outcome.Response?.Status ?? outcome.Failure?.Status, outcome.Failure?.PolicyName, (long)timeProvider.GetElapsedTime(begin).TotalMilliseconds);
        var policy = outcome.IsSuccess ? null : await policies.OfAsync(call.Connector.Definition, call.Request.Endpoint, cancellationToken);
        return new(call.Request, attempt, outcome, policy);

        // Update and comment take any 2xx, whatever its body is (CRM-101).
        Task<EgressOutcome> CallAsync(EgressRequest made) => endpoint.Answer is null
            ? egress.DownloadAsync(made, static (_, _, _) => Task.CompletedTask, cancellationToken)
            : egress.SendAsync(made, cancellationToken);
    }

    // Equal over all retries and replays; another one for what was rendered anew, and for each part of a comment (CRM-43).
    private static string KeyOf(StoredOperation operation) =>
        $"{operation.OperationId}{(operation.ReRendered > 0 ? FormattableString.Invariant($".{operation.ReRendered}") : "")}{(operation.Part > 1 ? FormattableString.Invariant($"/{operation.Part}") : "")}";

    private sealed record Call(LoadedConnector Connector, Guid OperationId, string Key, SentRequest Request);
}

/// <summary>What came of a call.</summary>
/// <param name="Request">What was sent.</param>
/// <param name="Attempt">How it went, in short.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Policy">What follows a failure; null if it did not fail.</param>
internal sealed record Result(SentRequest Request, CallAttempt Attempt, EgressOutcome Outcome, RetryPolicy? Policy);
