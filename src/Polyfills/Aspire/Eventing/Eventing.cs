using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Eventing
{
    /// <summary>Something that happened in the application.</summary>
    public interface IDistributedApplicationEvent;

    /// <summary>Something that happened to a resource.</summary>
    public interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
    {
        /// <summary>The resource.</summary>
        IResource Resource { get; }
    }

    /// <summary>What is called when something happened.</summary>
    /// <param name="callback">The call.</param>
    public class DistributedApplicationEventSubscription(Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
    {
        /// <summary>The call.</summary>
        public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; } = callback;
    }

    /// <summary>Tells what happened.</summary>
    public interface IDistributedApplicationEventing
    {
        /// <summary>Calls back when something happens.</summary>
        /// <typeparam name="T">What.</typeparam>
        /// <param name="callback">The call; what follows the event waits for its end.</param>
        /// <returns>The subscription.</returns>
        DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationEvent;

        /// <summary>Calls back when something happens to a resource.</summary>
        /// <typeparam name="T">What.</typeparam>
        /// <param name="resource">To whom.</param>
        /// <param name="callback">The call; what follows the event waits for its end.</param>
        /// <returns>The subscription.</returns>
        DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationResourceEvent;

        /// <summary>Tells that something happened and waits for everybody who was told.</summary>
        /// <typeparam name="T">What.</typeparam>
        /// <param name="event">The event.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>Ends with the last call.</returns>
        Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default) where T : IDistributedApplicationEvent;
    }

    internal sealed class DistributedApplicationEventing : IDistributedApplicationEventing
    {
        private readonly ConcurrentQueue<(Type Type, DistributedApplicationEventSubscription Subscription)> _subscriptions = new();

        public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationEvent
        {
            var subscription = new DistributedApplicationEventSubscription((happened, cancellationToken) => callback((T)happened, cancellationToken));
            _subscriptions.Enqueue((typeof(T), subscription));
            return subscription;
        }

        public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationResourceEvent =>
            Subscribe<T>((happened, cancellationToken) => happened.Resource == resource ? callback(happened, cancellationToken) : Task.CompletedTask);

        public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken) where T : IDistributedApplicationEvent
        {
            foreach (var (type, subscription) in _subscriptions)
            {
                if (type == typeof(T))
                    await subscription.Callback(@event, cancellationToken);
            }
        }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A resource runs and is healthy; what waits for it goes on when all who are told are done.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="services">The application's services.</param>
    public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        /// <inheritdoc />
        public IResource Resource { get; } = resource;

        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;
    }
}

namespace Aspire.Hosting
{
    /// <summary>Calls back when something happens.</summary>
    public static class DistributedApplicationEventingExtensions
    {
        /// <summary>Calls back when the resource runs and is healthy, before whoever waits for it goes on.</summary>
        /// <typeparam name="T">The kind of resource.</typeparam>
        /// <param name="builder">The resource.</param>
        /// <param name="callback">The call; if it fails, it is made again until it succeeds.</param>
        /// <returns>The builder.</returns>
        public static IResourceBuilder<T> OnResourceReady<T>(
            this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback) where T : IResource
        {
            builder.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(
                builder.Resource, (happened, cancellationToken) => callback(builder.Resource, happened, cancellationToken));
            return builder;
        }
    }
}
