using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Egress.Guard;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Takes address and key from the settings as long as nobody has configured the connection; from then on <c>UpdateConnection</c> alone changes it (WFM-1).</summary>
/// <param name="store">Where the connection is.</param>
/// <param name="database">The service's database.</param>
/// <param name="guard">Judges the address.</param>
/// <param name="options">The settings.</param>
/// <param name="timeProvider">Now.</param>
public sealed class ConnectionImport(ConnectionStore store, DurableDatabase database, EgressGuard guard, IOptions<WfmOptions> options, TimeProvider timeProvider) : IHostedService
{
    private const long NeverConfigured = 1;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value.Connection;
        var (url, fault) = ServiceUrl.Read(settings.ServiceUrl, guard);
        if (fault is not null)
            throw new OptionsValidationException("", typeof(WfmOptions), [$"Wfm:Connection:ServiceUrl is {settings.ServiceUrl}; it cannot be used: {fault}."]);
        if (url.Length == 0 && settings.AccessKey.Length == 0 && settings.SecretKey.Length == 0)
            return;
        await using var transaction = await database.BeginAsync(cancellationToken);
        var before = await store.LockAsync(transaction.Connection);
        if (before.Revision > NeverConfigured)
            return;
        var configured = before with
        {
            Revision = before.Revision + 1,
            ServiceUrl = url,
            AccessKeyId = settings.AccessKey,
            SecretKey = settings.SecretKey.Length > 0 ? settings.SecretKey : null,
            SecretSetTime = settings.SecretKey.Length > 0 ? timeProvider.GetUtcNow().UtcDateTime : null,
            Mode = settings.Mode,
            TenantName = settings.TenantName,
        };
        await store.ConfigureAsync(transaction.Connection, configured);
        await store.EnterAsync(
            transaction, configured.Missing.Any() ? ConnectionState.Unconfigured : ConnectionState.Paused, "The connection was configured by the settings of the first start.", httpStatus: null);
        transaction.Audit(new AuditEntry("settings", "connection.update", "connection", ""));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
