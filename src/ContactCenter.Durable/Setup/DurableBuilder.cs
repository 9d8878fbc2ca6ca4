using System.Reflection;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Recurring;
using ContactCenter.Durable.Retries;
using MassTransit;

namespace ContactCenter.Durable;

/// <summary>What a service adds to its durable set-up.</summary>
public sealed class DurableBuilder
{
    private static readonly TimeSpan DefaultMaxRunTime = TimeSpan.FromMinutes(5);

    private readonly List<Action<IBusRegistrationConfigurator>> _registrations = [];
    private readonly List<Action<IRabbitMqBusFactoryConfigurator, IBusRegistrationContext>> _endpoints = [];
    private readonly Dictionary<string, JobKind> _jobs = [];
    private readonly Dictionary<string, RetryPolicy> _policies = [];
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

    /// <summary>Runs jobs of a kind, which this process may then also enqueue.</summary>
    /// <typeparam name="THandler">Does the work.</typeparam>
    /// <param name="kind">Stable name, such as <c>webhooks.send</c>.</param>
    /// <param name="policy">What follows a failure, <see cref="RetryPolicy.Default"/> if not given: a built-in policy, or one of the service's own as for <see cref="AddPolicy"/>.</param>
    /// <param name="maxRunTime">A longer run is cancelled and has failed with <c>TIMEOUT</c>; 5 minutes if not given.</param>
    /// <param name="keyMode">What a dead letter of the kind means for the later jobs of its key.</param>
    /// <exception cref="ArgumentException">The kind is empty or registered already, or the policy cannot be used.</exception>
    public DurableBuilder AddJob<THandler>(string kind, RetryPolicy? policy = null, TimeSpan? maxRunTime = null, KeyMode keyMode = KeyMode.Skip)
        where THandler : class, IJobHandler
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        policy ??= RetryPolicy.Default;
        if (!RetryPolicy.BuiltIn.Contains(policy))
            AddPolicy(policy);
        if (!_jobs.TryAdd(kind, new JobKind(kind, typeof(THandler), policy.Name, maxRunTime ?? DefaultMaxRunTime, keyMode)))
            throw new ArgumentException($"The kind {kind} has a handler already.", nameof(kind));
        return this;
    }

    /// <summary>
    /// Runs a job at each occurrence of a schedule, in one of the processes; its payload is the <see cref="Occurrence"/>. A dead letter does not keep the next
    /// from coming. Another schedule in a new release takes effect when that starts; what no release knows any more is removed a day later.
    /// </summary>
    /// <typeparam name="THandler">Does the work.</typeparam>
    /// <param name="name">Stable name, such as <c>agents.reconcile</c>: the kind of the job.</param>
    /// <param name="schedule">When it recurs.</param>
    /// <param name="missed">What becomes of missed occurrences; one run for all of them if not given.</param>
    /// <param name="policy">As for <see cref="AddJob{THandler}"/>; age counts from the time of the occurrence.</param>
    /// <param name="maxRunTime">As for <see cref="AddJob{THandler}"/>.</param>
    /// <exception cref="ArgumentException">The name is empty or registered already, or the policy cannot be used.</exception>
    public DurableBuilder AddRecurring<THandler>(
        string name, Schedule schedule, MissedOccurrences missed = MissedOccurrences.Once, RetryPolicy? policy = null, TimeSpan? maxRunTime = null)
        where THandler : class, IJobHandler
    {
        AddJob<THandler>(name, policy, maxRunTime);
        _jobs[name] = _jobs[name] with { Recurrence = new Recurrence(schedule, missed) };
        return this;
    }

    /// <summary>Adds a retry policy of the service; it is stored at the start, and operators may change it while the service runs (DUR-34, DUR-35).</summary>
    /// <exception cref="ArgumentException">A field's value cannot be used, or another policy has the name.</exception>
    public DurableBuilder AddPolicy(RetryPolicy policy)
    {
        if (PolicyProblem.Of(policy) is { } problem)
            throw new ArgumentException($"Policy {policy.Name}: {problem.Field} {problem.Reason}.", nameof(policy));
        if (RetryPolicy.BuiltIn.Any(builtIn => builtIn.Name == policy.Name) || (!_policies.TryAdd(policy.Name, policy) && _policies[policy.Name] != policy))
            throw new ArgumentException($"There is another policy named {policy.Name}.", nameof(policy));
        return this;
    }

    internal IReadOnlyCollection<JobKind> Jobs => _jobs.Values;

    internal IReadOnlyCollection<RetryPolicy> Policies => _policies.Values;

    internal void Register(IBusRegistrationConfigurator bus) => _registrations.ForEach(register => register(bus));

    internal void ConfigureEndpoints(IRabbitMqBusFactoryConfigurator bus, IBusRegistrationContext context) =>
        _endpoints.ForEach(configure => configure(bus, context));
}
