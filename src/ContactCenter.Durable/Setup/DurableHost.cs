using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Runs a service that was set up with <see cref="DurableSetup.AddDurable"/>.</summary>
public static partial class DurableHost
{
    /// <summary>Runs the service until it is told to stop; with <c>--init-only</c> it migrates the database and ends.</summary>
    /// <returns>The process's exit code: 0, or 3 if the database could not be migrated or went away while the service started.</returns>
    public static async Task<int> RunDurableAsync(this IHost host, string[] args)
    {
        // RunAsync disposes the host, and with it the services.
        using var second = EndAtSecondSignal();
        var logger = host.Services.GetRequiredService<ILogger<Migrator>>();
        try
        {
            if (args.Contains("--init-only"))
                await host.Services.GetRequiredService<Migrator>().MigrateAsync(CancellationToken.None);
            else
                await host.RunAsync();
            return 0;
        }
        catch (Exception exception) when (exception is MigrationException or NpgsqlException)
        {
            LogNotMigrated(logger, exception.Message);
            return MigrationException.ExitCode;
        }
        finally
        {
            // The host that only migrated is not disposed yet.
            if (host is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
        }
    }

    // The first one stops the service in good order; whoever sends a second one does not want to wait for that (DUR-54).
    private static PosixSignalRegistration EndAtSecondSignal()
    {
        var signals = 0;
        return PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ =>
        {
            if (Interlocked.Increment(ref signals) > 1)
                Process.GetCurrentProcess().Kill();
        });
    }

    [LoggerMessage(LogLevel.Critical, "The database is not ready for this program: {Reason}")]
    private static partial void LogNotMigrated(ILogger logger, string reason);
}
