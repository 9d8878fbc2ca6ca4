using System.Text;
using ContactCenter.Egress.Limits;
using ContactCenter.Egress.Secrets;

namespace ContactCenter.Egress.Http;

/// <summary>What a live test tells its caller (EGR-12).</summary>
/// <param name="ErrorClass">The error class; null when the call succeeded.</param>
/// <param name="Reason">The reason in upper snake case; null when the call succeeded.</param>
/// <param name="Rule">The guard's rule with <c>EGRESS_DENIED</c>; never an address.</param>
/// <param name="StatusClass">The status class, such as <c>4xx</c>; null without an answer.</param>
/// <param name="Body">Up to 4 KiB of masked body, for callers with the admin scope only.</param>
public sealed record LiveTestResult(ErrorClass? ErrorClass, string? Reason, string? Rule, string? StatusClass, string? Body);

/// <summary>Makes calls on behalf of an operator who tries out a configuration (EGR-12).</summary>
public sealed class LiveTester
{
    /// <summary>Live tests a minute and caller.</summary>
    public const int PerMinute = 10;

    private const int MaxBody = 4 << 10;

    private readonly EgressClient _client;
    private readonly DestinationGate _gate;
    private readonly Redactor _redactor;

    internal LiveTester(EgressClient client, DestinationGate gate, Redactor redactor)
    {
        _client = client;
        _gate = gate;
        _redactor = redactor;
    }

    /// <summary>Makes one call.</summary>
    /// <param name="request">The call.</param>
    /// <param name="caller">The API key's id; limits are per caller.</param>
    /// <param name="isAdmin">Whether the caller has the admin scope.</param>
    /// <param name="cancellationToken">The caller's end.</param>
    /// <returns>The result, or null when the caller made too many tests within a minute.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<LiveTestResult?> RunAsync(
        EgressRequest request, string caller, bool isAdmin, CancellationToken cancellationToken)
    {
        if (await SendAsync(request, caller, PerMinute, cancellationToken) is not { } outcome)
            return null;

        var status = outcome.Response?.Status ?? outcome.Failure?.Status;
        return new LiveTestResult(
            outcome.Failure?.Class,
            outcome.Failure?.Reason,
            outcome.Failure?.Rule,
            status is null ? null : $"{status / 100}xx",
            isAdmin && outcome.Response is { } response ? Masked(response) : null);
    }

    /// <summary>Makes one call for a service that reads the answer itself, and tells its caller no part of it.</summary>
    /// <param name="request">The call.</param>
    /// <param name="subject">What is tested, such as <c>connectors/main</c>; the limit is per subject.</param>
    /// <param name="perMinute">Most tests a minute.</param>
    /// <param name="cancellationToken">The caller's end.</param>
    /// <returns>The outcome, or null when the subject was tested too often within a minute.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<EgressOutcome?> SendAsync(EgressRequest request, string subject, int perMinute, CancellationToken cancellationToken) =>
        await AdmitAsync(subject, perMinute) ? await _client.SendAsync(request, cancellationToken) : null;

    /// <summary>Whether one more test may be made, for a service that makes it without a call over HTTP.</summary>
    /// <param name="subject">What is tested; the limit is per subject.</param>
    /// <param name="perMinute">Most tests a minute.</param>
    public Task<bool> AdmitAsync(string subject, int perMinute) => _gate.AdmitLiveTestAsync(subject, perMinute);

    private string Masked(EgressResponse response)
    {
        // Masked whole before it is cut, so that no half of a secret stays behind the cut.
        var text = _redactor.Json(response.Text);
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= MaxBody ? text : Encoding.UTF8.GetString(bytes, 0, MaxBody).TrimEnd('\uFFFD');
    }
}
