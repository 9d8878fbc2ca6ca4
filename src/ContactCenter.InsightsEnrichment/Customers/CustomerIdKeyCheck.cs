using System.Security.Cryptography;
using ContactCenter.Durable;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Refuses to start with another <c>Customers:IdKey</c> than the one that the stored customers were made with: each would get a second identity (INS-81).</summary>
/// <param name="ids">Made with the configured secret.</param>
/// <param name="database">Where the secret's check value is kept.</param>
public sealed class CustomerIdKeyCheck(CustomerIds ids, DurableDatabase database) : IHostedLifecycleService
{
    /// <inheritdoc />
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var stored = await connection.ExecuteScalarAsync<byte[]>(new(
            """
            INSERT INTO insights.customer_id_key AS known (check_value) VALUES (@CheckValue)
            ON CONFLICT (only_one) DO UPDATE SET check_value = known.check_value RETURNING check_value
            """,
            new { CheckValue = ids.CheckValue() },
            cancellationToken: cancellationToken));
        if (!CryptographicOperations.FixedTimeEquals(stored, ids.CheckValue()))
            throw new CustomerIdKeyChangedException();
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The configured <c>Customers:IdKey</c> is not the one that the stored customers were made with, so the service does not start.</summary>
public sealed class CustomerIdKeyChangedException()
    : Exception("Customers:IdKey is another one than that of the stored customers. Set the former one: with a new one every customer would get a second identity.");
