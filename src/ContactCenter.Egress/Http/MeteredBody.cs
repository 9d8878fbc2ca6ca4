namespace ContactCenter.Egress.Http;

/// <summary>A response body after decompression, read under the size, silence and whole-call limits.</summary>
internal sealed class MeteredBody(Stream inner, CallClock clock, long? maxBytes) : ReadOnlyStream
{
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        clock.BodyMoved();
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, linked.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw clock.Explain(error);
        }
        catch (Exception error) when (Classification.Of(error) is { } failure)
        {
            throw failure;
        }

        clock.Pause();
        _read += count;
        if (_read > maxBytes)
            throw EgressException.Of(ErrorClass.TooLarge, "RESPONSE_TOO_LARGE", $"The response body is over {maxBytes} bytes.");
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        clock.Dispose();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            clock.Dispose();
        }

        base.Dispose(disposing);
    }
}
