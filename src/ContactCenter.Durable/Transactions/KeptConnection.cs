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
    private NpgsqlConnection? _own;
    private int _isInUse;
    private volatile bool _isDisposed;

    /// <summary>Takes the connection, or another one if it is in use.</summary>
    /// <param name="cancellationToken">Ends the wait for one.</param>
    /// <returns>To be disposed when the statement is done.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async ValueTask<Loan> TakeAsync(CancellationToken cancellationToken)
    {
        if (!_isKept || Interlocked.Exchange(ref _isInUse, 1) == 1)
            return new Loan(null, await dataSource.OpenConnectionAsync(cancellationToken));
        try
        {
            if (_own is not { State: ConnectionState.Open })
            {
                if (_own is { } lost)
                    await lost.DisposeAsync();
                _own = null;
                _own = await dataSource.OpenConnectionAsync(cancellationToken);
            }

            return new Loan(this, _own);
        }
        catch
        {
            Volatile.Write(ref _isInUse, 0);
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _isDisposed = true;
        if (Interlocked.Exchange(ref _isInUse, 1) == 0)
            _own?.Dispose();
    }

    private void GiveBack()
    {
        Volatile.Write(ref _isInUse, 0);
        if (_isDisposed)
            Dispose();
    }

    /// <summary>The connection while a statement uses it.</summary>
    /// <param name="owner">Takes it back; null if it is one of the pool.</param>
    /// <param name="connection">The connection.</param>
    public readonly struct Loan(KeptConnection? owner, NpgsqlConnection connection) : IAsyncDisposable
    {
        /// <summary>The connection, without a transaction.</summary>
        public NpgsqlConnection Connection => connection;

        /// <inheritdoc />
        public ValueTask DisposeAsync()
        {
            if (owner is null)
                return connection.DisposeAsync();
            owner.GiveBack();
            return ValueTask.CompletedTask;
        }
    }
}
