using System.Net.Security;

namespace ContactCenter.Egress.Guard;

/// <summary>
/// Tracks whether a request was begun and not yet answered on a connection. The HTTP stack repeats a request by itself
/// when a pooled connection ends with an IOException before any answer, even if the request had been sent; so a loss
/// in that state is reported by an exception that it does not repeat (EGR-16).
/// </summary>
internal sealed class SentBytes
{
    private volatile bool _unanswered;

    /// <summary>Called before a write, as the answer may overtake its end.</summary>
    /// <returns>Whether nothing of the request had been written before.</returns>
    public bool Begin()
    {
        var isFirst = !_unanswered;
        _unanswered = true;
        return isFirst;
    }

    public int Read(int count, int capacity)
    {
        if (count > 0)
            _unanswered = false;
        else if (_unanswered && capacity > 0)
            throw Lost(null);
        return count;
    }

    public bool MustNotRepeat(Exception error) => _unanswered && error is IOException;

    public static EgressException Lost(Exception? error) =>
        EgressException.Of(ErrorClass.Reset, "CONNECTION_RESET", "The connection ended before an answer.", error);
}

/// <summary>A TLS connection under the rule of <see cref="SentBytes"/>.</summary>
internal sealed class OnceOnlySslStream(Stream inner) : SslStream(inner, leaveInnerStreamOpen: false)
{
    private readonly SentBytes _sent = new();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return _sent.Read(await base.ReadAsync(buffer, cancellationToken), buffer.Length);
        }
        catch (Exception error) when (_sent.MustNotRepeat(error))
        {
            throw SentBytes.Lost(error);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isFirst = _sent.Begin();
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (!isFirst && _sent.MustNotRepeat(error))
        {
            throw SentBytes.Lost(error);
        }
    }
}

/// <summary>A plain connection under the rule of <see cref="SentBytes"/>.</summary>
internal sealed class OnceOnlyStream(Stream inner) : Stream
{
    private readonly SentBytes _sent = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return _sent.Read(await inner.ReadAsync(buffer, cancellationToken), buffer.Length);
        }
        catch (Exception error) when (_sent.MustNotRepeat(error))
        {
            throw SentBytes.Lost(error);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isFirst = _sent.Begin();
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (!isFirst && _sent.MustNotRepeat(error))
        {
            throw SentBytes.Lost(error);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => _sent.Read(inner.Read(buffer, offset, count), count);

    public override void Write(byte[] buffer, int offset, int count)
    {
        _sent.Begin();
        inner.Write(buffer, offset, count);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
