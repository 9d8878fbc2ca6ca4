using ContactCenter.InsightsEnrichment.TaskRouter;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Unhealthy without an auth token: unsigned traffic is never taken, so nothing is (INS-7). Says so in the log once.</summary>
/// <param name="accounts">The configured tokens.</param>
/// <param name="logger">Told at the start.</param>
public sealed partial class SignatureHealthCheck(TwilioAccounts accounts, ILogger<SignatureHealthCheck> logger) : IHealthCheck, IHostedService
{
    private const string Reason = "Twilio:Accounts has no account with an auth token: signatures cannot be checked and every event is refused.";

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(accounts.AllTokens.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(Reason));

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (accounts.AllTokens.Count == 0)
            LogNotConfigured(Reason);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Critical, "{Reason}")]
    private partial void LogNotConfigured(string reason);
}
