using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Takes server-streaming calls.</summary>
internal sealed class ServerStreamingHandler<TService, TRequest, TResponse> : ServerMethodHandler<TService, TRequest, TResponse>
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private readonly Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> _method;
    private readonly ServerStreamingServerMethod<TRequest, TResponse>? _pipeline;

    internal ServerStreamingHandler(
        Method<TRequest, TResponse> method,
        Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> open,
        MethodOptions options,
        ServiceActivator<TService> activator,
        ILogger logger)
        : base(method, options, activator, logger)
    {
        _method = open;
        _pipeline = BuildPipeline<ServerStreamingServerMethod<TRequest, TResponse>>(InvokeServiceAsync, Intercept);
    }

    protected override async Task RunAsync(HttpServerCallContext call)
    {
        var request = await ReadRequestAsync(call);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        await (_pipeline is null ? InvokeServiceAsync(request, responses, call) : _pipeline(request, responses, call));
    }

    private Task InvokeServiceAsync(TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context) => Activator.IsReleased
        ? InvokeAndReleaseAsync(request, responses, context)
        : _method(Activator.Activate(context.GetHttpContext()).Instance, request, responses, context);

    private async Task InvokeAndReleaseAsync(TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context)
    {
        var service = Activator.Activate(context.GetHttpContext());
        try
        {
            await _method(service.Instance, request, responses, context);
        }
        finally
        {
            await service.ReleaseAsync();
        }
    }

    private static ServerStreamingServerMethod<TRequest, TResponse> Intercept(InterceptorRegistration registration, ServerStreamingServerMethod<TRequest, TResponse> next) => async (request, responses, context) =>
    {
        var interceptor = registration.Activate(context.GetHttpContext().RequestServices);
        try
        {
            await interceptor.Instance.ServerStreamingServerHandler(request, responses, context, next);
        }
        finally
        {
            await interceptor.ReleaseAsync();
        }
    };
}
