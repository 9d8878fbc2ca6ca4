using System.Data;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>
/// A connection that a loop keeps. The pool hands its connections out in turn, so that every one of them would parse and plan
/// what the loop asks again and again; here it is done once. Whoever comes while it is in use has one of the pool.
/// </summary>
/// <param name="dataSource">The pool, of which the connection is one; of a small pool none is kept.</param>
internal sealed class KeptConnection(NpgsqlDataSource dataSource) : IDisposable
{
    private const int SmallestPool = 8;

    private readonly bool _isKept = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxPoolSize >= SmallestPool;
    private NpgsqlConnection? _idle;
    private volatile bool _isDisposed;

    /// <summary>Takes the connection, or another one if it is in use.</summary>
    /// <param name="cancellationToken">Ends the wait for one.</param>
    /// <returns>To be disposed when the statement is done.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async ValueTask<Loan> TakeAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _idle, null) is { } idle)
        {
            if (idle.State == ConnectionState.Open)
                return new Loan(this, idle);
            await idle.DisposeAsync();
        }

        return new Loan(this, await dataSource.OpenConnectionAsync(cancellationToken));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _isDisposed = true;
        Interlocked.Exchange(ref _idle, null)?.Dispose();
    }

    private async ValueTask GiveBackAsync(NpgsqlConnection connection)
    {
        var isKept = _isKept && connection.State == ConnectionState.Open && Interlocked.CompareExchange(ref _idle, connection, null) is null;
        if (!isKept)
            await connection.DisposeAsync();
        else if (_isDisposed)
            Dispose();
    }

    /// <summary>The connection while a statement uses it.</summary>
    /// <param name="owner">Takes it back.</param>
    /// <param name="connection">The connection.</param>
    public readonly struct Loan(KeptConnection owner, NpgsqlConnection connection) : IAsyncDisposable
    {
        /// <summary>The connection, without a transaction.</summary>
        public NpgsqlConnection Connection => connection;

        /// <inheritdoc />
        public ValueTask DisposeAsync() => owner.GiveBackAsync(connection);
    }
}
