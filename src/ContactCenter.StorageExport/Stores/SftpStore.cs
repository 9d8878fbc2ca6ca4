using System.Net;
using ContactCenter.Contracts;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Uploads;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Stores;

/// <summary>Reaches SFTP stores: through the outbound guard, and only servers with a pinned key (STO-21, STO-22).</summary>
/// <param name="connector">Resolves hosts and judges their addresses.</param>
/// <param name="options">How long a server may be silent, and how much is sent without an answer (STO-30).</param>
/// <param name="client">OpenSSH's.</param>
/// <param name="timeProvider">Measures the silence of servers.</param>
internal sealed class SftpStore(EgressConnector connector, IOptions<UploadOptions> options, SshClient client, TimeProvider timeProvider)
{
    /// <summary>An address of a store's host.</summary>
    /// <param name="address">The host.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <exception cref="StoreException"><c>EGRESS_DENIED</c>, or the name does not resolve.</exception>
    public async Task<IPAddress> ResolveAsync(SftpAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return (await connector.ResolveAsync(address.Host.Text, address.Port, EgressProtocol.Ssh, cancellationToken))[0];
        }
        catch (EgressException refused)
        {
            var reason = refused.Failure.Class == ErrorClass.Denied ? refused.Failure.Reason : StorageErrors.StoreUnreachable;
            throw new StoreException(reason, refused.Failure.Detail, concernsStore: true, refused);
        }
    }

    /// <summary>The keys that a server presents.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <exception cref="StoreException">There is no SSH server.</exception>
    public static async Task<IReadOnlyList<PublicKey>> PresentedAsync(IPAddress address, int port, CancellationToken cancellationToken) =>
        await PublicKey.ScanAsync(address, port, cancellationToken) is { Count: > 0 } keys
            ? keys
            : throw new StoreException(StorageErrors.StoreUnreachable, "No SSH server answers there.", concernsStore: true);

    /// <summary>The pinned keys among those that a server presents.</summary>
    /// <param name="presented">The keys that it presents.</param>
    /// <param name="pins">The pins.</param>
    /// <exception cref="StoreException"><c>HOST_KEY_NOT_PINNED</c>: there is no pin yet. <c>HOST_KEY_MISMATCH</c>: it has none of them.</exception>
    public static IReadOnlyList<string> Pinned(IReadOnlyList<PublicKey> presented, IReadOnlyList<string> pins)
    {
        var shown = string.Join(", ", presented.Select(key => $"{key.Fingerprint} ({key.Type})"));
        if (pins.Count == 0)
            throw new StoreException(StorageErrors.HostKeyNotPinned, $"The server presents {shown}. If that is its key, send it in store.sftp.host_keys.", concernsStore: true);
        var pinned = presented.Where(key => pins.Any(key.IsPinnedBy)).Select(key => key.ToString()).ToList();
        return pinned.Count > 0
            ? pinned
            : throw new StoreException(
                StorageErrors.HostKeyMismatch,
                $"The server presents {shown}; pinned is {string.Join(", ", pins.Select(pin => PublicKey.Parse(pin)?.Fingerprint ?? pin))}.",
                concernsStore: true);
    }

    /// <summary>Logs in.</summary>
    /// <param name="storeId">Names the store.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="address">Its address.</param>
    /// <param name="hostKeys">The keys that it may have.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreException">It cannot be used; the reason says why.</exception>
    public Task<SftpSession> LogInAsync(string storeId, SftpSettings settings, IPAddress address, IReadOnlyList<string> hostKeys, CancellationToken cancellationToken)
    {
        client.Check();
        return SftpSession.OpenAsync(
            new(storeId, address, settings.Address.Port, settings.User, hostKeys)
            {
                Password = settings.Secrets.Password,
                PrivateKey = settings.Secrets.PrivateKey,
                Passphrase = settings.Secrets.Passphrase,
            },
            timeProvider,
            options.Value.StallTimeout,
            cancellationToken,
            options.Value.WritesInFlight);
    }
}
