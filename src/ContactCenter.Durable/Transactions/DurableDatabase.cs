using System.Data;
using System.Diagnostics.CodeAnalysis;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>The service's database: where every change of state begins.</summary>
/// <param name="dataSource">Connections of the service's role, also for reading.</param>
/// <param name="reserved">Connections for operators.</param>
/// <param name="timeProvider">Time of messages and audit entries.</param>
/// <param name="relaySignal">Wakes this process's relay after a commit.</param>
/// <param name="backlog">Tells when no more messages are taken.</param>
/// <param name="jobs">The kinds of job that may be enqueued.</param>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore without a wait handle holds nothing, and connections are given back even after the host has ended.")]
public sealed class DurableDatabase(NpgsqlDataSource dataSource, ReservedConnections reserved, TimeProvider timeProvider, WakeSignal relaySignal, OutboxBacklog backlog, JobQueue jobs)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly AsyncLocal<ConnectionUse> Use = new();

    private readonly SemaphoreSlim _background = new(Math.Max(1, new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxPoolSize / 2));

    /// <summary>Connections for background work, without a limit to the wait for one; callers are served by <see cref="OpenAsync"/>.</summary>
    public NpgsqlDataSource DataSource { get; } = dataSource;

    /// <summary>Says for whom the current asynchronous flow and what it calls take connections.</summary>
    public static void Serve(ConnectionUse use) => Use.Value = use;

    /// <summary>
    /// Opens a connection for reading; changes go through <see cref="BeginAsync"/>. Background work has at most half of the
    /// connections at a time, so that callers do not wait behind a burst of jobs.
    /// </summary>
    /// <exception cref="DatabaseBusyException">A caller has waited for 1 s and none was free.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (Use.Value is ConnectionUse.Background)
            return await OpenInBackgroundAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestWait);
        try
        {
            return await (Use.Value is ConnectionUse.Operator ? reserved.DataSource : DataSource).OpenConnectionAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseBusyException();
        }
    }

    private async Task<NpgsqlConnection> OpenInBackgroundAsync(CancellationToken cancellationToken)
    {
        await _background.WaitAsync(cancellationToken);
        var isGivenBack = 0;
        try
        {
            var connection = await DataSource.OpenConnectionAsync(cancellationToken);
            // A connection that breaks is closed too.
            connection.StateChange += (_, change) =>
            {
                if (change.CurrentState == ConnectionState.Closed)
                    GiveBack();
            };
            return connection;
        }
        catch
        {
            GiveBack();
            throw;
        }

        void GiveBack()
        {
            if (Interlocked.Exchange(ref isGivenBack, 1) == 0)
                _background.Release();
        }
    }

    /// <summary>Opens a connection and begins a transaction (READ COMMITTED); disposing it without commit rolls back.</summary>
    /// <exception cref="DatabaseBusyException">A caller has waited for 1 s and no connection was free.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<DurableTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken);
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
