using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Makes the calls of a channel.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        return new(call.StartUnary(request), Headers, StatusOf, TrailersOf, Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        return new(call.StartServerStreaming(request), Headers, StatusOf, TrailersOf, Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        var (requests, response) = call.StartClientStreaming();
        return new(requests, response, Headers, StatusOf, TrailersOf, Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        var (requests, responses) = call.StartDuplexStreaming();
        return new(requests, responses, Headers, StatusOf, TrailersOf, Dispose, call);
    }

    private static Task<Metadata> Headers(object call) => ((ClientCall)call).ResponseHeadersAsync;

    private static Status StatusOf(object call) => ((ClientCall)call).GetStatus();

    private static Metadata TrailersOf(object call) => ((ClientCall)call).GetTrailers();

    private static void Dispose(object call) => ((ClientCall)call).Dispose();
}
