using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Takes unary calls.</summary>
internal sealed class UnaryHandler<TService, TRequest, TResponse> : ServerMethodHandler<TService, TRequest, TResponse>
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private readonly Func<TService, TRequest, ServerCallContext, Task<TResponse>> _method;
    private readonly UnaryServerMethod<TRequest, TResponse>? _pipeline;

    internal UnaryHandler(
        Method<TRequest, TResponse> method,
        Func<TService, TRequest, ServerCallContext, Task<TResponse>> open,
        MethodOptions options,
        ServiceActivator<TService> activator,
        ILogger logger)
        : base(method, options, activator, logger)
    {
        _method = open;
        _pipeline = BuildPipeline<UnaryServerMethod<TRequest, TResponse>>(InvokeServiceAsync, Intercept);
    }

    protected override async Task RunAsync(HttpServerCallContext call)
    {
        var request = await ReadRequestAsync(call);
        var response = RequireResponse(await (_pipeline is null ? InvokeServiceAsync(request, call) : _pipeline(request, call)));
        if (call.TryEnd())
            call.Write(response, Method.ResponseMarshaller.ContextualSerializer);
    }

    private Task<TResponse> InvokeServiceAsync(TRequest request, ServerCallContext context) => Activator.IsReleased
        ? InvokeAndReleaseAsync(request, context)
        : _method(Activator.Activate(context.GetHttpContext()).Instance, request, context);

    private async Task<TResponse> InvokeAndReleaseAsync(TRequest request, ServerCallContext context)
    {
        var service = Activator.Activate(context.GetHttpContext());
        try
        {
            return await _method(service.Instance, request, context);
        }
        finally
        {
            await service.ReleaseAsync();
        }
    }

    private static UnaryServerMethod<TRequest, TResponse> Intercept(InterceptorRegistration registration, UnaryServerMethod<TRequest, TResponse> next) => async (request, context) =>
    {
        var interceptor = registration.Activate(context.GetHttpContext().RequestServices);
        try
        {
            return await interceptor.Instance.UnaryServerHandler(request, context, next);
        }
        finally
        {
            await interceptor.ReleaseAsync();
        }
    };
}
