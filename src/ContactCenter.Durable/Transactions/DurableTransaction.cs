using ContactCenter.Durable.Outbox;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>A database transaction with the messages that report its changes: both are committed, or neither (DUR-8).</summary>
/// <remarks>Not safe for use by several threads at once, like the connection it holds.</remarks>
public sealed class DurableTransaction : IAsyncDisposable
{
    private readonly NpgsqlTransaction _transaction;
    private readonly TimeProvider _timeProvider;
    private readonly OutboxSignal _relaySignal;
    private readonly OutboxBacklog _backlog;
    private readonly List<OutboxMessage> _messages = [];

    internal DurableTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, TimeProvider timeProvider, OutboxSignal relaySignal, OutboxBacklog backlog)
    {
        Connection = connection;
        _transaction = transaction;
        _timeProvider = timeProvider;
        _relaySignal = relaySignal;
        _backlog = backlog;
    }

    /// <summary>The connection; every command on it runs in this transaction.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Writes a message to the outbox; it is published once this transaction has committed.</summary>
    /// <param name="message">A record whose <c>[MessageUrn]</c> is its stable type.</param>
    /// <param name="key">Messages of one key reach the broker in the order of their commits; null where order does not matter.</param>
    /// <param name="mandatory">True: kept and retried until at least one queue takes it. False: a fact that nobody may be listening to.</param>
    /// <returns>The message's id, a UUIDv7.</returns>
    /// <exception cref="MessageTooLargeException">The message's JSON exceeds 512 KiB (DUR-9).</exception>
    /// <exception cref="OutboxFullException">Too many messages wait for the broker (DUR-14).</exception>
    public Guid Publish<T>(T message, string? key = null, bool mandatory = true)
        where T : class
    {
        if (_backlog.IsFull)
            throw new OutboxFullException();
        var row = OutboxMessage.Create(message, key, mandatory, _timeProvider.GetUtcNow());
        Add(row);
        return row.Id;
    }

    internal void Add(OutboxMessage message) => _messages.Add(message);

    /// <summary>Stores the messages, commits, and wakes the relay.</summary>
    /// <exception cref="NpgsqlException">Nothing was committed, or, if the connection was lost, the outcome is unknown (DUR-24).</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        // Only now: the locks that order the messages of a key are held from here to the end of the commit (DUR-11).
        if (_messages.Count > 0)
            await OutboxStore.AddAsync(Connection, _messages, cancellationToken);
        await _transaction.CommitAsync(cancellationToken);
        if (_messages.Count > 0)
            _relaySignal.Set();
    }

    /// <summary>Rolls back what was not committed and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
