using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Takes calls that stream both ways.</summary>
internal sealed class DuplexStreamingHandler<TService, TRequest, TResponse> : ServerMethodHandler<TService, TRequest, TResponse>
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private readonly Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> _method;
    private readonly DuplexStreamingServerMethod<TRequest, TResponse>? _pipeline;

    internal DuplexStreamingHandler(
        Method<TRequest, TResponse> method,
        Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> open,
        MethodOptions options,
        ServiceActivator<TService> activator,
        ILogger logger)
        : base(method, options, activator, logger)
    {
        _method = open;
        _pipeline = BuildPipeline<DuplexStreamingServerMethod<TRequest, TResponse>>(InvokeServiceAsync, Intercept);
    }

    protected override Task RunAsync(HttpServerCallContext call)
    {
        var requests = OpenRequests(call);
        var responses = new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        return _pipeline is null ? InvokeServiceAsync(requests, responses, call) : _pipeline(requests, responses, call);
    }

    private Task InvokeServiceAsync(IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context) => Activator.IsReleased
        ? InvokeAndReleaseAsync(requests, responses, context)
        : _method(Activator.Activate(context.GetHttpContext()).Instance, requests, responses, context);

    private async Task InvokeAndReleaseAsync(IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context)
    {
        var service = Activator.Activate(context.GetHttpContext());
        try
        {
            await _method(service.Instance, requests, responses, context);
        }
        finally
        {
            await service.ReleaseAsync();
        }
    }

    private static DuplexStreamingServerMethod<TRequest, TResponse> Intercept(InterceptorRegistration registration, DuplexStreamingServerMethod<TRequest, TResponse> next) => async (requests, responses, context) =>
    {
        var interceptor = registration.Activate(context.GetHttpContext().RequestServices);
        try
        {
            await interceptor.Instance.DuplexStreamingServerHandler(requests, responses, context, next);
        }
        finally
        {
            await interceptor.ReleaseAsync();
        }
    };
}
