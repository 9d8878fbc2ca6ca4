using System.Collections.Concurrent;
using System.Reflection;
using MassTransit;

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>What the service publishes, in the order of arrival.</summary>
internal sealed class Published : IAsyncDisposable
{
    private static readonly MethodInfo Listen = typeof(Published).GetMethod(nameof(ListenTo), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private readonly ConcurrentQueue<object> _messages = new();
    private readonly IBusControl _bus;

    private Published(string broker, Type[] types) => _bus = Bus.Factory.CreateUsingRabbitMq(bus =>
    {
        bus.Host(new Uri(broker));
        bus.ReceiveEndpoint("listener", endpoint =>
        {
            endpoint.ConcurrentMessageLimit = 1;
            foreach (var type in types)
                Listen.MakeGenericMethod(type).Invoke(this, [endpoint]);
        });
    });

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<object> All => _messages;

    /// <summary>Listens from now on.</summary>
    /// <param name="broker">Virtual host of the test.</param>
    /// <param name="types">Which messages to take.</param>
    public static async Task<Published> ListenAsync(string broker, params Type[] types)
    {
        var published = new Published(broker, types);
        await published._bus.StartAsync(TestContext.Current.CancellationToken);
        return published;
    }

    /// <summary>Those of a type so far.</summary>
    public IEnumerable<T> Of<T>() => _messages.OfType<T>();

    /// <summary>Waits for that many of a type.</summary>
    public Task ReceivedAsync<T>(int count) => Eventually.TrueAsync(() => Of<T>().Count() >= count);

    public async ValueTask DisposeAsync() => await _bus.StopAsync(CancellationToken.None);

    private void ListenTo<T>(IReceiveEndpointConfigurator endpoint)
        where T : class => endpoint.Handler<T>(context =>
        {
            _messages.Enqueue(context.Message);
            return Task.CompletedTask;
        });
}
