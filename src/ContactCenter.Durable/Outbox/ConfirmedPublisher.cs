using System.Threading.RateLimiting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ContactCenter.Durable.Outbox;

/// <summary>Publishes with publisher confirms over one channel, which is opened when needed and again after it was lost.</summary>
/// <param name="factory">Where the broker is.</param>
/// <param name="window">Most messages that wait for their confirm at a time.</param>
/// <param name="requireReceivers">Whether those that need a queue are returned where none takes them.</param>
internal sealed class ConfirmedPublisher(IConnectionFactory factory, int window, bool requireReceivers) : IAsyncDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _exchanges = [];
    private ConcurrencyLimiter? _window;
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Makes the channel ready.</summary>
    /// <exception cref="BrokerUnreachableException">The broker does not answer.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true })
            return;
        await CloseAsync();
        _connection = await factory.CreateConnectionAsync(cancellationToken);
        _window = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = window, QueueLimit = int.MaxValue });
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true, _window), cancellationToken);
    }

    /// <summary>Declares an exchange unless this channel has done so, as MassTransit declares that of a message type: either side may come first.</summary>
    public async Task DeclareAsync(string exchange, CancellationToken cancellationToken)
    {
        if (_exchanges.Contains(exchange))
            return;
        await _channel!.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        _exchanges.Add(exchange);
    }

    /// <summary>Publishes and waits for the broker's confirm.</summary>
    /// <exception cref="PublishException">The broker refused the message, or returned it because no queue takes it.</exception>
    public ValueTask PublishAsync(OutboxMessage message, CancellationToken cancellationToken) =>
        _channel!.BasicPublishAsync(
            message.Exchange, string.Empty, message.Mandatory && requireReceivers, MessageEnvelope.Properties(message), MessageEnvelope.Body(message), cancellationToken);

    /// <summary>Ends channel and connection, whatever state the broker is in.</summary>
    public async Task CloseAsync()
    {
        _exchanges.Clear();
        if (_connection is not null)
        {
            await _connection.AbortAsync(CloseLimit);
            await _connection.DisposeAsync();
        }

        if (_window is not null)
            await _window.DisposeAsync();
        _channel = null;
        _connection = null;
        _window = null;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => new(CloseAsync());
}
