namespace Grpc.Core;

/// <summary>A call that did not end with OK. Thrown by clients; thrown by handlers to end the call with that status.</summary>
public class RpcException : Exception
{
    /// <summary>Creates the exception of a status.</summary>
    /// <param name="status">The outcome.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Creates the exception of a status.</summary>
    /// <param name="status">The outcome.</param>
    /// <param name="message">The exception's own message.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Creates the exception of a status with trailers.</summary>
    /// <param name="status">The outcome.</param>
    /// <param name="trailers">Metadata sent or received after the last message.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Creates the exception of a status with trailers.</summary>
    /// <param name="status">The outcome.</param>
    /// <param name="trailers">Metadata sent or received after the last message.</param>
    /// <param name="message">The exception's own message.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The outcome.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The trailers of the call; empty when there were none.</summary>
    public Metadata Trailers { get; }
}
