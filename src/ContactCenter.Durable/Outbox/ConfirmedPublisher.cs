using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ContactCenter.Durable.Outbox;

/// <summary>Publishes with publisher confirms over one channel, which is opened when needed and again after it was lost.</summary>
/// <param name="factory">Where the broker is.</param>
/// <param name="window">Most messages that wait for their confirm at a time.</param>
internal sealed class ConfirmedPublisher(IConnectionFactory factory, int window) : IAsyncDisposable
{
    private readonly HashSet<string> _exchanges = [];
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Makes the channel ready and declares the exchanges that it does not know yet.</summary>
    /// <exception cref="BrokerUnreachableException">The broker does not answer.</exception>
    public async Task<IChannel> OpenAsync(IEnumerable<string> exchanges, CancellationToken cancellationToken)
    {
        if (_channel is not { IsOpen: true })
        {
            await DisposeAsync();
            _connection = await factory.CreateConnectionAsync(cancellationToken);
            _channel = await _connection.CreateChannelAsync(
                new CreateChannelOptions(true, true, new ThrottlingRateLimiter(window)), cancellationToken);
        }

        foreach (var exchange in exchanges.Where(exchange => !_exchanges.Contains(exchange)))
        {
            // As MassTransit declares the exchange of a message type; both sides may come first.
            await _channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            _exchanges.Add(exchange);
        }

        return _channel;
    }

    /// <summary>Closes channel and connection without waiting for the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        _exchanges.Clear();
        if (_channel is not null)
            await _channel.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        _channel = null;
        _connection = null;
    }
}
