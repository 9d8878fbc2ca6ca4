namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>Notes what a response looks like on the wire, where the client's API shows it no more.</summary>
internal sealed class CompressionTap(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Whether the first message of the last response came compressed; null when it had none.</summary>
    internal bool? LastCompressed { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        LastCompressed = null;
        var response = await base.SendAsync(request, cancellationToken);
        var tapped = new StreamContent(new Tap(await response.Content.ReadAsStreamAsync(cancellationToken), first => LastCompressed = first == 1));
        foreach (var (name, values) in response.Content.Headers)
            tapped.Headers.TryAddWithoutValidation(name, values);
        response.Content = tapped;
        return response;
    }

    private sealed class Tap(Stream inner, Action<byte> onFirst) : Stream
    {
        private bool _seen;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            if (read > 0 && !_seen)
            {
                _seen = true;
                onFirst(buffer.Span[0]);
            }

            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
