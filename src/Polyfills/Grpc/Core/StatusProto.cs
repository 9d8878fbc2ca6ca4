using Google.Protobuf;

namespace Grpc.Core;

/// <summary>The rich error model: a <c>google.rpc.Status</c> in the trailers.</summary>
public static class MetadataExtensions
{
    /// <summary>The trailer that carries the status with its details.</summary>
    public const string StatusDetailsTrailerName = "grpc-status-details-bin";

    /// <summary>The status with its details.</summary>
    /// <param name="metadata">The trailers.</param>
    /// <param name="ignoreParseError">Whether an unreadable status counts as none.</param>
    /// <returns>The status, or null when the trailers carry none.</returns>
    /// <exception cref="InvalidProtocolBufferException">The bytes are not a status.</exception>
    public static Google.Rpc.Status? GetRpcStatus(this Metadata metadata, bool ignoreParseError = false)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (metadata.Get(StatusDetailsTrailerName) is not { } entry)
            return null;

        try
        {
            // The messages of Google.Api.CommonProtos 2.0.0 can only be read from a CodedInputStream.
            var status = new Google.Rpc.Status();
            status.MergeFrom(new CodedInputStream(entry.ValueBytes));
            return status;
        }
        catch (InvalidProtocolBufferException) when (ignoreParseError)
        {
            return null;
        }
    }

    /// <summary>Puts a status with its details into trailers, in place of any other.</summary>
    /// <param name="metadata">The trailers.</param>
    /// <param name="status">The status.</param>
    public static void SetRpcStatus(this Metadata metadata, Google.Rpc.Status status)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(status);
        for (var i = metadata.Count - 1; i >= 0; i--)
        {
            if (metadata[i].HasKey(StatusDetailsTrailerName))
                metadata.RemoveAt(i);
        }

        metadata.Add(StatusDetailsTrailerName, status.ToByteArray());
    }
}

/// <summary>From a <c>google.rpc.Status</c> to the exception that ends a call with it.</summary>
public static class RpcStatusExtensions
{
    /// <summary>The exception whose status and trailers carry this status.</summary>
    /// <param name="status">The status; a code outside the specification becomes Unknown.</param>
    /// <returns>The exception, to be thrown by a handler.</returns>
    public static RpcException ToRpcException(this Google.Rpc.Status status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var code = (StatusCode)status.Code;
        return status.ToRpcException(Enum.IsDefined(code) ? code : StatusCode.Unknown, status.Message);
    }

    /// <summary>The exception whose trailers carry this status while its own code and text are other ones.</summary>
    /// <param name="status">The status.</param>
    /// <param name="statusCode">The code for <c>grpc-status</c>.</param>
    /// <param name="message">The text for <c>grpc-message</c>.</param>
    /// <returns>The exception, to be thrown by a handler.</returns>
    public static RpcException ToRpcException(this Google.Rpc.Status status, StatusCode statusCode, string message)
    {
        var trailers = new Metadata();
        trailers.SetRpcStatus(status);
        return new RpcException(new Status(statusCode, message), trailers);
    }
}

/// <summary>From the exception of a client call to the <c>google.rpc.Status</c> it carries.</summary>
public static class RpcExceptionExtensions
{
    /// <summary>The status with its details.</summary>
    /// <param name="ex">The exception.</param>
    /// <returns>The status, or null when the trailers carry none.</returns>
    public static Google.Rpc.Status? GetRpcStatus(this RpcException ex)
    {
        ArgumentNullException.ThrowIfNull(ex);
        return ex.Trailers.GetRpcStatus();
    }
}
