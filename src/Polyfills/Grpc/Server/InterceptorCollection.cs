using System.Collections.ObjectModel;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of a server or a service.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    /// <summary>Adds an interceptor by its type.</summary>
    /// <typeparam name="TInterceptor">The type; taken from the container where it is registered, else created for every call.</typeparam>
    /// <param name="args">Constructor arguments that the container does not provide.</param>
    public void Add<TInterceptor>(params object[] args)
        where TInterceptor : Interceptor => Add(new InterceptorRegistration(typeof(TInterceptor), args));

    /// <summary>Adds an interceptor by its type.</summary>
    /// <param name="interceptorType">The type; taken from the container where it is registered, else created for every call.</param>
    /// <param name="args">Constructor arguments that the container does not provide.</param>
    public void Add(Type interceptorType, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(interceptorType);
        if (!interceptorType.IsSubclassOf(typeof(Interceptor)))
            throw new ArgumentException($"Type must inherit from {typeof(Interceptor).FullName}.", nameof(interceptorType));
        Add(new InterceptorRegistration(interceptorType, args));
    }
}

/// <summary>An interceptor by its type.</summary>
public class InterceptorRegistration
{
    private readonly object[] _arguments;
    private readonly Lazy<ObjectFactory> _factory;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        Type = type;
        _arguments = arguments;
        _factory = new(() => ActivatorUtilities.CreateFactory(Type, [.. _arguments.Select(argument => argument.GetType())]));
    }

    /// <summary>The interceptor's type.</summary>
    public Type Type { get; }

    /// <summary>Constructor arguments that the container does not provide.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    /// <summary>The interceptor for one call.</summary>
    internal Activated<Interceptor> Activate(IServiceProvider services) =>
        _arguments.Length == 0 && services.GetService(Type) is Interceptor registered
            ? new(registered, IsOwned: false)
            : new((Interceptor)_factory.Value(services, _arguments), IsOwned: true);
}

/// <summary>An object of one call.</summary>
/// <param name="Instance">The object.</param>
/// <param name="IsOwned">Whether it was created for the call and is disposed with it.</param>
internal readonly record struct Activated<T>(T Instance, bool IsOwned)
    where T : class
{
    internal ValueTask ReleaseAsync()
    {
        if (!IsOwned)
            return default;
        if (Instance is IAsyncDisposable asyncDisposable)
            return asyncDisposable.DisposeAsync();
        (Instance as IDisposable)?.Dispose();
        return default;
    }
}
