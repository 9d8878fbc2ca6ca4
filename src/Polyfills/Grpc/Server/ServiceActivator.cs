using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>Provides the service for one call: the registered one, or a new one disposed with the call.</summary>
internal sealed class ServiceActivator<TService>
    where TService : class
{
    private static readonly ObjectFactory<TService> Factory = ActivatorUtilities.CreateFactory<TService>([]);

    private readonly bool _isRegistered;
    private readonly IServiceProvider? _noServices;

    internal ServiceActivator(IServiceProvider services)
    {
        _isRegistered = services.GetService<IServiceProviderIsService>()?.IsService(typeof(TService)) ?? false;

        IsReleased = !_isRegistered && (typeof(TService).IsAssignableTo(typeof(IDisposable)) || typeof(TService).IsAssignableTo(typeof(IAsyncDisposable)));

        // A service that asks for nothing needs no scope, which would be opened by the first look at RequestServices.
        var constructors = typeof(TService).GetConstructors();
        if (!_isRegistered && constructors.Length == 1 && constructors[0].GetParameters().Length == 0)
            _noServices = services;
    }

    /// <summary>Whether the service of a call has to be disposed at its end.</summary>
    internal bool IsReleased { get; }

    internal Activated<TService> Activate(HttpContext http) => _isRegistered
        ? new(http.RequestServices.GetRequiredService<TService>(), IsOwned: false)
        : new(Factory(_noServices ?? http.RequestServices, []), IsOwned: true);
}
