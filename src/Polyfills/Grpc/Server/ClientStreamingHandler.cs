using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Takes client-streaming calls.</summary>
internal sealed class ClientStreamingHandler<TService, TRequest, TResponse> : ServerMethodHandler<TService, TRequest, TResponse>
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private readonly Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> _method;
    private readonly ClientStreamingServerMethod<TRequest, TResponse>? _pipeline;

    internal ClientStreamingHandler(
        Method<TRequest, TResponse> method,
        Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> open,
        MethodOptions options,
        ServiceActivator<TService> activator,
        ILogger logger)
        : base(method, options, activator, logger)
    {
        _method = open;
        _pipeline = BuildPipeline<ClientStreamingServerMethod<TRequest, TResponse>>(InvokeServiceAsync, Intercept);
    }

    protected override async Task RunAsync(HttpServerCallContext call)
    {
        var requests = OpenRequests(call);
        var response = RequireResponse(await (_pipeline is null ? InvokeServiceAsync(requests, call) : _pipeline(requests, call)));
        if (call.TryEnd())
            call.Write(response, Method.ResponseMarshaller.ContextualSerializer);
    }

    private Task<TResponse> InvokeServiceAsync(IAsyncStreamReader<TRequest> requests, ServerCallContext context) => Activator.IsReleased
        ? InvokeAndReleaseAsync(requests, context)
        : _method(Activator.Activate(context.GetHttpContext()).Instance, requests, context);

    private async Task<TResponse> InvokeAndReleaseAsync(IAsyncStreamReader<TRequest> requests, ServerCallContext context)
    {
        var service = Activator.Activate(context.GetHttpContext());
        try
        {
            return await _method(service.Instance, requests, context);
        }
        finally
        {
            await service.ReleaseAsync();
        }
    }

    private static ClientStreamingServerMethod<TRequest, TResponse> Intercept(InterceptorRegistration registration, ClientStreamingServerMethod<TRequest, TResponse> next) => async (requests, context) =>
    {
        var interceptor = registration.Activate(context.GetHttpContext().RequestServices);
        try
        {
            return await interceptor.Instance.ClientStreamingServerHandler(requests, context, next);
        }
        finally
        {
            await interceptor.ReleaseAsync();
        }
    };
}
