using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>The service's database: where every change of state begins.</summary>
/// <param name="dataSource">Connections of the service's role, also for reading.</param>
/// <param name="timeProvider">Time of messages and audit entries.</param>
/// <param name="relaySignal">Wakes this process's relay after a commit.</param>
/// <param name="backlog">Tells when no more messages are taken.</param>
/// <param name="jobs">The kinds of job that may be enqueued.</param>
public sealed class DurableDatabase(NpgsqlDataSource dataSource, TimeProvider timeProvider, WakeSignal relaySignal, OutboxBacklog backlog, JobQueue jobs)
{
    /// <summary>Connections for reading; changes go through <see cref="BeginAsync"/>.</summary>
    public NpgsqlDataSource DataSource { get; } = dataSource;

    /// <summary>Opens a connection and begins a transaction (READ COMMITTED); disposing it without commit rolls back.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<DurableTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new DurableTransaction(connection, await connection.BeginTransactionAsync(cancellationToken), timeProvider, relaySignal, backlog, jobs);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
