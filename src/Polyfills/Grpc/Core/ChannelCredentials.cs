namespace Grpc.Core;

/// <summary>How a channel is secured.</summary>
public abstract class ChannelCredentials
{
    /// <summary>No TLS.</summary>
    public static ChannelCredentials Insecure { get; } = new TransportCredentials(isSecure: false);

    /// <summary>TLS with the machine's trusted roots.</summary>
    public static ChannelCredentials SecureSsl { get; } = new TransportCredentials(isSecure: true);

    /// <summary>A secured channel whose calls also prove who calls.</summary>
    /// <param name="channelCredentials">How the channel is secured.</param>
    /// <param name="callCredentials">Metadata for every call.</param>
    /// <returns>The credentials.</returns>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);
        if (channelCredentials.Call is not null)
            throw new ArgumentException("The channel credentials already carry call credentials; use CallCredentials.Compose.", nameof(channelCredentials));

        return new TransportCredentials(channelCredentials.IsSecure, callCredentials);
    }

    /// <summary>Whether the channel uses TLS.</summary>
    internal abstract bool IsSecure { get; }

    /// <summary>Metadata for every call, or null.</summary>
    internal abstract CallCredentials? Call { get; }

    private sealed class TransportCredentials(bool isSecure, CallCredentials? call = null) : ChannelCredentials
    {
        internal override bool IsSecure => isSecure;

        internal override CallCredentials? Call => call;
    }
}
