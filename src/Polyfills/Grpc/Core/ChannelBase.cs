namespace Grpc.Core;

/// <summary>A channel to a server, from which clients are made.</summary>
public abstract class ChannelBase
{
    private int _shutdown;

    /// <summary>Creates a channel.</summary>
    /// <param name="target">The server's address, for people.</param>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The server's address, for people.</summary>
    public string Target { get; }

    /// <summary>A way to make calls over this channel.</summary>
    /// <returns>The invoker.</returns>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel; calls under way end with it.</summary>
    /// <returns>Ends when the channel has ended.</returns>
    public Task ShutdownAsync() => Interlocked.Exchange(ref _shutdown, 1) == 0
        ? ShutdownAsyncCore()
        : throw new InvalidOperationException("The channel has already been shut down.");

    /// <summary>Does the work of <see cref="ShutdownAsync"/>.</summary>
    /// <returns>Ends when the channel has ended.</returns>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
