using ContactCenter.InsightsEnrichment.RawEvents;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Stores what the webhook gets, notifications and refused requests, see <see cref="SharedCommits{T}"/>.</summary>
public sealed partial class RbmIntake : BackgroundService
{
    private readonly ILogger<RbmIntake> _logger;
    private readonly SharedCommits<Notification> _notifications;
    private readonly SharedCommits<QuarantineEntry> _refused;

    /// <summary>Takes nothing before it is started.</summary>
    /// <param name="store">Takes the notifications.</param>
    /// <param name="quarantine">Takes what is refused.</param>
    /// <param name="logger">Told when the store is away.</param>
    public RbmIntake(NotificationStore store, RbmQuarantine quarantine, ILogger<RbmIntake> logger)
    {
        _logger = logger;
        _notifications = new(store.AddAsync, LogNotStored);
        _refused = new(quarantine.AddAsync, LogNotStored);
    }

    /// <summary>Stores a notification.</summary>
    /// <returns>False if the store did not confirm it in time.</returns>
    public Task<bool> StoreAsync(Notification notification, CancellationToken cancellationToken) => _notifications.StoreAsync([notification], cancellationToken);

    /// <summary>Stores a request that is not taken in.</summary>
    /// <returns>False if the store did not confirm it in time.</returns>
    public Task<bool> SetAsideAsync(QuarantineEntry entry, CancellationToken cancellationToken) => _refused.StoreAsync([entry], cancellationToken);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_notifications.RunAsync(), _refused.RunAsync());

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _notifications.Complete();
        _refused.Complete();
        await base.StopAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "{Requests} requests of RCS for Business could not be stored; the platform is told so and repeats them")]
    private partial void LogNotStored(Exception exception, int requests);
}
