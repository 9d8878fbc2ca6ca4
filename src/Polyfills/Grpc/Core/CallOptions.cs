namespace Grpc.Core;

/// <summary>Options of one call of a client.</summary>
public struct CallOptions
{
    /// <summary>Creates options.</summary>
    /// <param name="headers">Metadata to send.</param>
    /// <param name="deadline">When the call has to be finished, in UTC; null for never.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <param name="writeOptions">Options of the requests.</param>
    /// <param name="propagationToken">The server call on whose behalf this one is made.</param>
    /// <param name="credentials">Metadata that prove who calls.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Metadata to send, or null.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call has to be finished, in UTC; null for never.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Gives the call up.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>Options of the requests, or null.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>The server call on whose behalf this one is made, or null.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; }

    /// <summary>Metadata that prove who calls, or null.</summary>
    public CallCredentials? Credentials { get; private set; }

    /// <summary>Whether the call waits for a server that is not reachable instead of failing at once.</summary>
    public bool IsWaitForReady { get; private set; }

    /// <summary>These options with other headers.</summary>
    /// <param name="headers">Metadata to send.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>These options with another deadline.</summary>
    /// <param name="deadline">When the call has to be finished, in UTC.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>These options with another token.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };

    /// <summary>These options with other write options.</summary>
    /// <param name="writeOptions">Options of the requests.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>These options on behalf of a server call.</summary>
    /// <param name="propagationToken">The server call's token.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken) => this with { PropagationToken = propagationToken };

    /// <summary>These options with other credentials.</summary>
    /// <param name="credentials">Metadata that prove who calls.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>These options, waiting or not for a server that is not reachable.</summary>
    /// <param name="waitForReady">Whether the call waits.</param>
    /// <returns>The new options.</returns>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}
