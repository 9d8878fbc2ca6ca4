using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Framing;
using Grpc.Net.Compression;

namespace Grpc.Net.Client;

/// <summary>A call of one method: what is sent and received.</summary>
/// <typeparam name="TRequest">The request type.</typeparam>
/// <typeparam name="TResponse">The response type.</typeparam>
internal sealed class ClientCall<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    : ClientCall(channel, method, options)
    where TRequest : class
    where TResponse : class
{
    // Nothing is held while a stream is idle; a response of some megabytes takes few segments.
    private static readonly StreamPipeReaderOptions Reading = new(bufferSize: 16 * 1024, useZeroByteReads: true);

    private ClientStreamWriter<TRequest, TResponse>? _requests;
    private Task<TResponse>? _response;

    protected override bool HasSingleResponse => method.Type is MethodType.Unary or MethodType.ClientStreaming;

    protected override bool IsSending => _requests is { IsComplete: false };

    internal Task<TResponse> StartUnary(TRequest request) => _response = ReadSingleAsync(Start(new UnaryContent<TRequest, TResponse>(this, request)));

    internal ClientStreamReader<TRequest, TResponse> StartServerStreaming(TRequest request) =>
        new(this, Observed(Start(new UnaryContent<TRequest, TResponse>(this, request))));

    internal (ClientStreamWriter<TRequest, TResponse> Requests, Task<TResponse> Response) StartClientStreaming()
    {
        _requests = new(this);
        return (_requests, _response = Observed(ReadSingleAsync(Start(new StreamContent<TRequest, TResponse>(_requests)))));
    }

    internal (ClientStreamWriter<TRequest, TResponse> Requests, ClientStreamReader<TRequest, TResponse> Responses) StartDuplexStreaming()
    {
        _requests = new(this);
        return (_requests, new(this, Observed(Start(new StreamContent<TRequest, TResponse>(_requests)))));
    }

    /// <summary>Writes one request with its header to a stream of the transport.</summary>
    internal async Task WriteAsync(Stream stream, TRequest message, WriteOptions? writeOptions)
    {
        using var buffer = new PooledBuffer();
        OutgoingMessage.Write(buffer, message, method.RequestMarshaller.ContextualSerializer, Channel.MaxSendMessageSize, CompressionOf(writeOptions));
        await stream.WriteAsync(buffer.Written, Stop);
    }

    /// <summary>
    /// What to throw when a write failed. A server that ends the call early stops the requests first: its status is known
    /// when the response has been read, which is under way here for a single response and the reader's matter for a stream.
    /// </summary>
    internal async Task<Exception> WriteFailureAsync(Exception reason)
    {
        if (_response is not null)
            await Task.WhenAny(_response, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System));
        if (IsOver)
            return Failure();

        return new RpcException(reason is OperationCanceledException
            ? new Status(StatusCode.Cancelled, "The server ended the call before the request was sent.", reason)
            : TransportFailure.ToStatus("Error writing the request.", reason, deadlinePassed: false));
    }

    /// <summary>The messages of a response.</summary>
    internal static async Task<PipeReader> OpenMessagesAsync(HttpResponseMessage response) =>
        PipeReader.Create(await response.Content.ReadAsStreamAsync(), Reading);

    /// <summary>Reads the next response; null when the last one has been read.</summary>
    internal ValueTask<TResponse?> ReadNextAsync(HttpResponseMessage response, PipeReader messages)
    {
        var encoding = response.Headers.NonValidated.TryGetValues(GrpcProtocol.EncodingHeader, out var values) ? values.ToString() : null;
        return MessageReader.ReadNextAsync(
            messages, new MessageDecoding(Channel.MaxReceiveMessageSize, encoding, Channel.CompressionProviders), method.ResponseMarshaller.ContextualDeserializer, Stop);
    }

    protected override void OnOver() => _requests?.OnCallOver();

    protected override void OnDisposed()
    {
        if (_response is { IsCompletedSuccessfully: false } response)
            Observed(response);
    }

    private async Task<TResponse> ReadSingleAsync(Task<HttpResponseMessage> opening)
    {
        var response = await opening;
        if (IsOver)
            throw Failure();

        try
        {
            var messages = await OpenMessagesAsync(response);
            var message = await ReadNextAsync(response, messages);
            if (message is not null && await ReadNextAsync(response, messages) is not null)
                throw new RpcException(FramingErrors.AdditionalData);

            await messages.CompleteAsync();
            if (FinishFromTrailers(response, messageMissing: message is null).StatusCode == StatusCode.OK)
                return message!;
        }
        catch (Exception e)
        {
            throw Fail("Error reading the response.", e);
        }

        throw Failure();
    }

    private ICompressionProvider? CompressionOf(WriteOptions? writeOptions)
    {
        if (RequestEncoding is not { } encoding || encoding == GrpcProtocol.IdentityEncoding || writeOptions?.Flags.HasFlag(WriteFlags.NoCompress) == true)
            return null;

        return Channel.CompressionProviders.FirstOrDefault(provider => provider.EncodingName == encoding)
            ?? throw new InvalidOperationException($"Could not find compression provider for '{encoding}'.");
    }
}
