using System.Net;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Storage.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>The body of a request with a file in it; base64 is made while it is sent.</summary>
internal sealed class FileContent : HttpContent
{
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly long _size;
    private readonly bool _isBase64;
    private readonly Func<Task<AsyncServerStreamingCall<ReadFileResponse>?>> _open;
    private readonly Action<RpcException?> _fail;
    private readonly AsyncServerStreamingCall<ReadFileResponse>? _bytes;

    /// <summary>Prepares the body.</summary>
    /// <param name="request">What is sent.</param>
    /// <param name="opened">The bytes of the file behind the first message; null to open them when they are needed.</param>
    /// <param name="open">Opens them; null if that failed.</param>
    /// <param name="fail">Is told that they did not come whole, and why if that is known.</param>
    public FileContent(
        SentRequest request, AsyncServerStreamingCall<ReadFileResponse>? opened, Func<Task<AsyncServerStreamingCall<ReadFileResponse>?>> open, Action<RpcException?> fail)
    {
        (_bytes, _open, _fail, _size) = (opened, open, fail, request.File!.Size);
        _isBase64 = request.ContentType == JsonText.MediaType;
        (_head, _tail) = (Encoding.UTF8.GetBytes(request.Body[..request.FileAt!.Value]), Encoding.UTF8.GetBytes(request.Body[request.FileAt.Value..]));
        Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var bytes = _bytes ?? await _open() ?? throw new IOException("The file cannot be read.");
        await stream.WriteAsync(_head, cancellationToken);
        if (_isBase64)
        {
            await using var encoder = new CryptoStream(stream, new ToBase64Transform(), CryptoStreamMode.Write, leaveOpen: true);
            await CopyAsync(bytes.ResponseStream, encoder, cancellationToken);
            await encoder.FlushFinalBlockAsync(cancellationToken);
        }
        else
        {
            await CopyAsync(bytes.ResponseStream, stream, cancellationToken);
        }

        await stream.WriteAsync(_tail, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + (_isBase64 ? (_size + 2) / 3 * 4 : _size) + _tail.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _bytes?.Dispose();
        base.Dispose(disposing);
    }

    private async Task CopyAsync(IAsyncStreamReader<ReadFileResponse> bytes, Stream target, CancellationToken cancellationToken)
    {
        long copied = 0;
        try
        {
            while (copied <= _size && await bytes.MoveNext(cancellationToken))
            {
                copied += bytes.Current.Data.Length;
                if (copied <= _size)
                    await target.WriteAsync(bytes.Current.Data.Memory, cancellationToken);
            }
        }
        catch (RpcException failed) when (!cancellationToken.IsCancellationRequested)
        {
            _fail(failed);
            throw new IOException("The file broke off.", failed);
        }

        if (copied == _size)
            return;
        _fail(null);
        throw new IOException("The file has another length.");
    }
}
