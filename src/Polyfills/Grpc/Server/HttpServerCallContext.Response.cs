using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>What goes back to the caller: messages, then the status in the trailers, or in the headers when no message went before.</summary>
internal sealed partial class HttpServerCallContext
{
    private static readonly TimeSpan LastWriteLimit = TimeSpan.FromSeconds(1);

    private bool _hasWritten;
    private bool _hasEnded;

    /// <summary>Whether the answer of the call is decided.</summary>
    internal bool IsOver => _hasEnded || _deadline is { HasPassed: true };

    private bool HasOutput => _hasWritten || http.Response.HasStarted;

    /// <summary>Serialises a message into the response; flushes nothing.</summary>
    internal void Write<T>(T message, Action<T, SerializationContext> serializer)
    {
        var writer = http.Response.BodyWriter;
        var compression = WriteOptions is { } writeOptions && writeOptions.Flags.HasFlag(WriteFlags.NoCompress) ? null : _compression;
        try
        {
            OutgoingMessage.Write(writer, message, serializer, options.MaxSendMessageSize, compression, options.CompressionLevel);
            _hasWritten = true;
        }
        catch
        {
            // A message too large is refused before its first byte: the status may still go into the headers.
            _hasWritten |= !writer.CanGetUnflushedBytes || writer.UnflushedBytes > 0;
            throw;
        }
    }

    /// <summary>Decides the race with the deadline for the handler.</summary>
    /// <returns>False when the deadline has already answered the call.</returns>
    internal bool TryEnd()
    {
        if (!_hasEnded)
            _hasEnded = _deadline is null || _deadline.TryStop();
        return _hasEnded;
    }

    /// <summary>Turns an exception of the handler into the status of the call.</summary>
    internal void Fail(Exception error)
    {
        if (error is RpcException rpc)
        {
            LogRpcError(logger, rpc.StatusCode, rpc.Status.Detail, rpc.Status.DebugException);
            foreach (var entry in rpc.Trailers)
                ResponseTrailers.Add(entry);
            if (error is UnsupportedEncodingException && !HasOutput)
                http.Response.Headers.GrpcAcceptEncoding = options.AcceptedEncodings;
            _status = rpc.Status;
            return;
        }

        if (error is OperationCanceledException or IOException && (CancellationToken.IsCancellationRequested || http.RequestAborted.IsCancellationRequested))
            LogCanceled(logger, method.FullName, error);
        else
            LogUnhandled(logger, method.FullName, error);

        _status = new Status(StatusCode.Unknown, Describe(error), error);
    }

    /// <summary>Ends the call: writes trailers and status unless the deadline has done so.</summary>
    internal ValueTask EndAsync()
    {
        if (!TryEnd())
            return EndAfterDeadlineAsync(_deadline!);

        WriteTrailers();
        TagEnd();
        return _deadline is null ? default : _deadline.DisposeAsync();
    }

    /// <summary>Answers a call whose deadline has passed, and ends its stream whatever the handler does.</summary>
    internal async Task ExceedDeadlineAsync()
    {
        _status = new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
        LogDeadlineExceeded(logger, method.FullName);
        try
        {
            StatusHeaders.Write(Destination(), _status);

            // A caller that reads nothing must not keep the call alive: the reset below ends it then.
            await http.Response.CompleteAsync().WaitAsync(LastWriteLimit);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or IOException or OperationCanceledException)
        {
            LogCanceled(logger, method.FullName, e);
        }

        Reset();
    }

    /// <summary>Ends the stream with CANCEL.</summary>
    internal void Reset()
    {
        if (http.Features.Get<IHttpResetFeature>() is { } reset)
            reset.Reset(GrpcProtocol.Http2Cancel);
        else
            http.Abort();
    }

    private async ValueTask EndAfterDeadlineAsync(CallDeadline deadline)
    {
        await deadline.Exceeded;
        TagEnd();
        await deadline.DisposeAsync();
    }

    private void WriteTrailers()
    {
        var destination = Destination();
        if (_responseTrailers is not null)
        {
            foreach (var entry in _responseTrailers)
            {
                try
                {
                    destination.Append(entry.Key, entry.ToHeaderValue());
                }
                catch (InvalidOperationException e)
                {
                    // HTTP cannot carry the value; the caller learns that the call failed, not half of its trailers.
                    LogUnhandled(logger, method.FullName, e);
                    _status = new Status(StatusCode.Unknown, $"Error adding response trailer '{entry.Key}'.", e);
                }
            }
        }

        StatusHeaders.Write(destination, _status);
    }

    private IHeaderDictionary Destination()
    {
        if (!HasOutput)
            return http.Response.Headers;

        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        return trailers is { IsReadOnly: false }
            ? trailers
            : throw new InvalidOperationException("Trailers are not supported for this response. The server may not support gRPC.");
    }

    private string Describe(Exception error)
    {
        const string Text = "Exception was thrown by handler.";
        if (!options.EnableDetailedErrors)
            return Text;

        var detail = Text;
        for (var e = error; e is not null; e = e.InnerException)
            detail += $" {e.GetType().Name}: {e.Message}";
        return detail;
    }

    [LoggerMessage(2, LogLevel.Information, "Error status code '{StatusCode}' with detail '{Detail}' raised.", EventName = "RpcConnectionError")]
    private static partial void LogRpcError(ILogger logger, StatusCode statusCode, string detail, Exception? debugException);

    [LoggerMessage(3, LogLevel.Information, "Service method '{Method}' canceled.", EventName = "ServiceMethodCanceled")]
    private static partial void LogCanceled(ILogger logger, string method, Exception error);

    [LoggerMessage(4, LogLevel.Error, "Error when executing service method '{Method}'.", EventName = "ErrorExecutingServiceMethod")]
    private static partial void LogUnhandled(ILogger logger, string method, Exception error);

    [LoggerMessage(5, LogLevel.Debug, "The deadline of '{Method}' has been exceeded.", EventName = "DeadlineExceeded")]
    private static partial void LogDeadlineExceeded(ILogger logger, string method);
}
