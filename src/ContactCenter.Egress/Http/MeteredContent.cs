using System.Net;

namespace ContactCenter.Egress.Http;

/// <summary>A request body whose every write is counted against the size limit and moves the silence limit.</summary>
internal sealed class MeteredContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly CallClock _clock;
    private readonly long? _maxBytes;

    public MeteredContent(HttpContent inner, CallClock clock, long? maxBytes)
    {
        _inner = inner;
        _clock = clock;
        _maxBytes = maxBytes;
        foreach (var header in inner.Headers)
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        if (maxBytes is { } max && inner.Headers.ContentLength > max)
            throw TooLarge(max);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _clock.BodyMoved();
        await _inner.CopyToAsync(new MeteredWrites(stream, this), context, cancellationToken);
        _clock.RequestSent();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    private static EgressException TooLarge(long max) =>
        EgressException.Of(ErrorClass.TooLarge, "REQUEST_TOO_LARGE", $"The request body is over {max} bytes.");

    private sealed class MeteredWrites(Stream target, MeteredContent owner) : WriteOnlyStream
    {
        private long _written;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _written += buffer.Length;
            if (owner._maxBytes is { } max && _written > max)
                throw TooLarge(max);
            await target.WriteAsync(buffer, cancellationToken);
            owner._clock.BodyMoved();
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => target.FlushAsync(cancellationToken);
    }
}
