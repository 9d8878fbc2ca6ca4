using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>A method with what its endpoint needs.</summary>
internal sealed record BoundMethod(IMethod Method, RequestDelegate RequestDelegate, IReadOnlyList<object> Metadata);

/// <summary>
/// Finds the methods of a service through the binding method of its generated base class and builds one handler for each.
/// </summary>
internal sealed class ServiceMethodBinder<TService> : ServiceBinderBase
    where TService : class
{
    private readonly MethodOptions _options;
    private readonly ServiceActivator<TService> _activator;
    private readonly ILogger _logger;
    private Type _generatedBase = typeof(TService);

    internal ServiceMethodBinder(IServiceProvider services, MethodOptions options)
    {
        _options = options;
        _activator = new ServiceActivator<TService>(services);
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
    }

    internal List<BoundMethod> Methods { get; } = [];

    /// <summary>Calls the generated binding method, which calls back with every method.</summary>
    /// <exception cref="InvalidOperationException">The class does not derive from a generated base class.</exception>
    internal void BindService()
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute)
                continue;

            _generatedBase = type;
            var bind = attribute.BindType.GetMethod(
                attribute.BindMethodName,
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static,
                [typeof(ServiceBinderBase), type]);
            if (bind is null)
                break;

            // A null service binds the descriptions alone; the handlers here open the service for each call.
            bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [this, null], null);
            return;
        }

        throw new InvalidOperationException($"Cannot locate BindService(ServiceBinderBase, ServiceBase) method for the current service type: {typeof(TService).FullName}. The type must be an implementation of a gRPC service.");
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var (open, metadata) = Find<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method, typeof(TRequest), typeof(ServerCallContext));
        Add(method, new UnaryHandler<TService, TRequest, TResponse>(method, open, _options, _activator, _logger).HandleAsync, metadata);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (open, metadata) = Find<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        Add(method, new ClientStreamingHandler<TService, TRequest, TResponse>(method, open, _options, _activator, _logger).HandleAsync, metadata);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (open, metadata) = Find<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Add(method, new ServerStreamingHandler<TService, TRequest, TResponse>(method, open, _options, _activator, _logger).HandleAsync, metadata);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (open, metadata) = Find<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Add(method, new DuplexStreamingHandler<TService, TRequest, TResponse>(method, open, _options, _activator, _logger).HandleAsync, metadata);
    }

    private void Add(IMethod method, RequestDelegate requestDelegate, MethodInfo implementation)
    {
        List<object> metadata = [new GrpcMethodMetadata(typeof(TService), method)];
        metadata.AddRange(typeof(TService).GetCustomAttributes(inherit: true));
        metadata.AddRange(implementation.GetCustomAttributes(inherit: true));
        metadata.Add(new HttpMethodMetadata([HttpMethods.Post], acceptCorsPreflight: true));
        Methods.Add(new BoundMethod(method, requestDelegate, metadata));
    }

    /// <summary>The most derived implementation of a method, as a delegate that takes the service first.</summary>
    private (TDelegate Open, MethodInfo Implementation) Find<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            var declared = type.GetMethod(
                method.Name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly, parameters);
            if (declared is not null && declared.IsVirtual && declared.GetBaseDefinition().DeclaringType == _generatedBase)
                return (declared.CreateDelegate<TDelegate>(), declared);
        }

        throw new InvalidOperationException($"Could not find '{method.Name}' on {typeof(TService)}.");
    }
}
