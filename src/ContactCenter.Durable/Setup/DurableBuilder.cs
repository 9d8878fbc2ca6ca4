using System.Reflection;
using MassTransit;

namespace ContactCenter.Durable;

/// <summary>What a service adds to its durable set-up.</summary>
public sealed class DurableBuilder
{
    private readonly List<Action<IBusRegistrationConfigurator>> _registrations = [];
    private readonly List<Action<IRabbitMqBusFactoryConfigurator, IBusRegistrationContext>> _endpoints = [];
    private readonly string _service;
    private readonly Action<IReceiveEndpointConfigurator, IRegistrationContext> _configureInbox;

    internal DurableBuilder(string service, Action<IReceiveEndpointConfigurator, IRegistrationContext> configureInbox)
    {
        _service = service;
        _configureInbox = configureInbox;
    }

    /// <summary>Consumes from the durable queue <c>{service}.{consumer}</c>, each message once, in one transaction with its effect.</summary>
    /// <typeparam name="TConsumer">Implements <c>IConsumer&lt;T&gt;</c>; a nested class <c>Definition</c> (a <c>ConsumerDefinition</c>), if there is one, sets its limits.</typeparam>
    public DurableBuilder AddConsumer<TConsumer>()
        where TConsumer : class, IConsumer
    {
        var queue = $"{_service}.{KebabCaseEndpointNameFormatter.Instance.Consumer<TConsumer>()}";
        var definition = typeof(TConsumer).GetNestedType("Definition", BindingFlags.Public | BindingFlags.NonPublic);
        _registrations.Add(bus => bus.AddConsumer(typeof(TConsumer), definition));
        _endpoints.Add((bus, context) => bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.PrefetchCount = 32;
            endpoint.ConcurrentMessageLimit = 8;
            endpoint.PublishFaults = false;
            _configureInbox(endpoint, context);
            endpoint.ConfigureConsumer<TConsumer>(context);
        }));
        return this;
    }

    internal void Register(IBusRegistrationConfigurator bus) => _registrations.ForEach(register => register(bus));

    internal void ConfigureEndpoints(IRabbitMqBusFactoryConfigurator bus, IBusRegistrationContext context) =>
        _endpoints.ForEach(configure => configure(bus, context));
}
