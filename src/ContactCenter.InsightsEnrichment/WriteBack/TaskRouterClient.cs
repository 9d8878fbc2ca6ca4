using System.Globalization;
using System.Text;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Names a task or worker of TaskRouter's REST API.</summary>
/// <param name="AccountSid">AC…</param>
/// <param name="WorkspaceSid">WS…</param>
/// <param name="Sid">WT… or WK…</param>
public sealed record RestTarget(string AccountSid, string WorkspaceSid, string Sid)
{
    /// <summary>Path below the API's address.</summary>
    public string Path =>
        $"/v1/Workspaces/{Uri.EscapeDataString(WorkspaceSid)}/{(Sid.StartsWith("WT", StringComparison.Ordinal) ? "Tasks" : "Workers")}/{Uri.EscapeDataString(Sid)}";
}

/// <summary>What the API answered.</summary>
/// <param name="Status">200, 404 or 412.</param>
/// <param name="ETag">Version of the resource.</param>
/// <param name="Body">The JSON text.</param>
public sealed record RestAnswer(int Status, string? ETag, ReadOnlyMemory<byte> Body);

/// <summary>TaskRouter's REST API: one destination per account, signed in with its API key (INS-113 to INS-119, INS-19).</summary>
/// <param name="egress">Makes the calls.</param>
/// <param name="credentials">API keys by account.</param>
/// <param name="pauses">Told when an account has to rest.</param>
/// <param name="options">The API's address.</param>
public sealed class TaskRouterClient(EgressClient egress, RestCredentials credentials, AccountPauses pauses, IOptions<TwilioOptions> options)
{
    private const int NotFound = 404;
    private const int PreconditionFailed = 412;

    private readonly string _root = options.Value.ApiBaseUrl.TrimEnd('/');

    /// <summary>Reads a task or worker.</summary>
    /// <param name="target">Which.</param>
    /// <param name="job">The job that reads.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EgressException">The call failed, as a job understands it.</exception>
    public Task<RestAnswer> GetAsync(RestTarget target, JobRun job, CancellationToken cancellationToken) =>
        SendAsync(target.AccountSid, new(DestinationOf(target.AccountSid), HttpMethod.Get, _root + target.Path), job, cancellationToken);

    /// <summary>Changes a task or worker, provided that it is still the version read.</summary>
    /// <param name="target">Which.</param>
    /// <param name="etag">The version.</param>
    /// <param name="form">The fields to set.</param>
    /// <param name="job">The job that writes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EgressException">The call failed, as a job understands it.</exception>
    public async Task<RestAnswer> PostAsync(
        RestTarget target, string? etag, IReadOnlyList<KeyValuePair<string, string>> form, JobRun job, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        var request = new EgressRequest(DestinationOf(target.AccountSid), HttpMethod.Post, _root + target.Path)
        {
            ContentType = "application/x-www-form-urlencoded",
            Body = await content.ReadAsByteArrayAsync(cancellationToken),
            Headers = etag is null ? [] : [new("If-Match", etag)],
        };
        await job.CheckAsync(cancellationToken);
        return await SendAsync(target.AccountSid, request, job, cancellationToken);
    }

    /// <summary>Reads a page of the list of events, the newest first.</summary>
    /// <param name="accountSid">The account.</param>
    /// <param name="workspaceSid">The workspace.</param>
    /// <param name="query">What follows the question mark.</param>
    /// <param name="job">The job that reads.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EgressException">The call failed, as a job understands it.</exception>
    public Task<RestAnswer> ListEventsAsync(string accountSid, string workspaceSid, string query, JobRun job, CancellationToken cancellationToken) => SendAsync(
        accountSid,
        new(DestinationOf(accountSid), HttpMethod.Get, $"{_root}/v1/Workspaces/{Uri.EscapeDataString(workspaceSid)}/Events?{query}"),
        job,
        cancellationToken);

    private Destination DestinationOf(string accountSid) => Destination.For($"taskrouter-{accountSid}", _root);

    private async Task<RestAnswer> SendAsync(string accountSid, EgressRequest request, JobRun job, CancellationToken cancellationToken)
    {
        if (await pauses.RemainingAsync(accountSid, cancellationToken) is { } pause)
            throw new JobWaitException("account_paused", pause) { UsesAge = false };
        var key = await credentials.FindAsync(accountSid, cancellationToken)
            ?? throw new EgressException(new(ErrorClass.Denied, "REST_NOT_CONFIGURED", "The account has no REST API key."));
        var outcome = await egress.SendAsync(
            request with
            {
                Headers = [.. request.Headers, new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key.Sid}:{key.Secret}")))],
                ReservationId = job.Id.ToString(),
                IsSuccess = status => status is (>= 200 and <= 299) or NotFound or PreconditionFailed,
            },
            cancellationToken);
        if (outcome.Failure is { Status: 401 or 403 })
            await pauses.RefuseAsync(accountSid, key, cancellationToken);
        else if (outcome.Response?.Headers.GetValueOrDefault("X-Rate-Limit-Remaining") is { } left && int.TryParse(left, CultureInfo.InvariantCulture, out var remaining) && remaining <= 0)
            await pauses.PauseAsync(accountSid, cancellationToken);
        var answer = outcome.EnsureSuccess();
        return new(answer.Status, answer.Headers.GetValueOrDefault("ETag"), answer.Body);
    }
}
