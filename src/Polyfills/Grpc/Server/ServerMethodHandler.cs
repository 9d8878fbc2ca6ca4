using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Takes the calls of one method; built once, when the service is mapped.</summary>
internal abstract partial class ServerMethodHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, MethodOptions options, ServiceActivator<TService> activator, ILogger logger)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method => method;

    protected MethodOptions Options => options;

    protected ServiceActivator<TService> Activator => activator;

    /// <summary>The endpoint of the method.</summary>
    internal Task HandleAsync(HttpContext http)
    {
        if (!GrpcProtocol.IsGrpcContentType(http.Request.ContentType))
            return RefuseContentType(http);
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
            return RefuseProtocol(http);

        return CallAsync(new HttpServerCallContext(http, method, options, logger));
    }

    /// <summary>Reads the request, calls the service and writes the response; whatever it throws becomes the call's status.</summary>
    protected abstract Task RunAsync(HttpServerCallContext call);

    /// <summary>The interceptors of the method in front of the service, or null when there are none.</summary>
    protected TMethod? BuildPipeline<TMethod>(TMethod service, Func<InterceptorRegistration, TMethod, TMethod> inFront)
        where TMethod : class
    {
        if (options.Interceptors.Length == 0)
            return null;

        var next = service;
        foreach (var interceptor in options.Interceptors.Reverse())
            next = inFront(interceptor, next);
        return next;
    }

    protected static TResponse RequireResponse(TResponse? response) =>
        response ?? throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));

    protected ValueTask<TRequest> ReadRequestAsync(HttpServerCallContext call) =>
        MessageReader.ReadSingleAsync(call.HttpContext.Request.BodyReader, call.Decoding, method.RequestMarshaller.ContextualDeserializer, CancellationToken.None);

    /// <summary>The requests of a streaming call, which may take their time and come in any number.</summary>
    protected RequestStream<TRequest> OpenRequests(HttpServerCallContext call)
    {
        var features = call.HttpContext.Features;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        return new RequestStream<TRequest>(call, method.RequestMarshaller.ContextualDeserializer);
    }

    private async Task CallAsync(HttpServerCallContext call)
    {
        try
        {
            call.Begin();
            await RunAsync(call);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }

        await call.EndAsync();
    }

    private Task RefuseContentType(HttpContext http)
    {
        LogContentType(logger, http.Request.ContentType);
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return Refuse(http, StatusCodes.Status405MethodNotAllowed, "Unhandled CORS preflight request received. CORS may not be configured correctly in the application.");
        }

        return Refuse(
            http,
            StatusCodes.Status415UnsupportedMediaType,
            http.Request.ContentType is { } type ? $"Content-Type '{type}' is not supported." : "Content-Type is missing from the request.");
    }

    private Task RefuseProtocol(HttpContext http)
    {
        LogProtocol(logger, http.Request.Protocol);
        http.Response.Headers.Upgrade = HttpProtocol.Http2;
        return Refuse(http, StatusCodes.Status426UpgradeRequired, $"Request protocol '{http.Request.Protocol}' is not supported.");
    }

    private static Task Refuse(HttpContext http, int httpStatus, string detail)
    {
        http.Response.StatusCode = httpStatus;
        StatusHeaders.Write(http.Response.Headers, new Status(StatusCode.Internal, detail));
        return Task.CompletedTask;
    }

    [LoggerMessage(6, LogLevel.Information, "Request content-type of '{ContentType}' is not supported.", EventName = "UnsupportedRequestContentType")]
    private static partial void LogContentType(ILogger logger, string? contentType);

    [LoggerMessage(7, LogLevel.Information, "Request protocol of '{Protocol}' is not supported.", EventName = "UnsupportedRequestProtocol")]
    private static partial void LogProtocol(ILogger logger, string protocol);
}
