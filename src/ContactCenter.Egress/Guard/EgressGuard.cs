using System.Net;

namespace ContactCenter.Egress.Guard;

/// <summary>Decides which hosts, ports and addresses may be dialled (EGR-2 to EGR-6).</summary>
/// <remarks>Precedence: never-list, allow-list, deny-list, default. A decision reads memory only.</remarks>
public sealed class EgressGuard
{
    private static readonly HashSet<string> NeverNames = new(StringComparer.Ordinal) { "metadata.google.internal" };

    private readonly AllowEntry[] _entries;
    private readonly bool _allowListOnly;
    private readonly OwnListeners _own;

    /// <summary>Creates the guard.</summary>
    /// <param name="options">Mode and allow-list; both validated before.</param>
    /// <param name="own">The ports on which this process listens.</param>
    public EgressGuard(EgressOptions options, OwnListeners own)
    {
        _entries = [.. options.AllowList.Select(text => AllowEntry.Parse(text)
            ?? throw new ArgumentException($"'{text}' is no allow-list entry.", nameof(options)))];
        _allowListOnly = options.Mode == EgressMode.AllowListOnly;
        _own = own;
    }

    /// <summary>Judges a host and port without resolving a name: what can be refused when a configuration is saved.</summary>
    /// <param name="host">The normalised host.</param>
    /// <param name="port">The port.</param>
    /// <param name="protocol">What will be spoken.</param>
    /// <exception cref="EgressException">Refused; the failure names the rule.</exception>
    public void CheckHost(HostName host, int port, EgressProtocol protocol)
    {
        if (NeverNames.Contains(host.Text))
            throw EgressException.Denied("never-name", "The host is never allowed.");
        if (host.Address is { } address)
            CheckAddress(host, address, port, protocol);
        else if (!Array.Exists(_entries, entry => entry.Names(host, port) || entry.MayHold(host, port)))
            CheckWithoutEntry(port, protocol);
    }

    /// <summary>Judges a URL without resolving its name, see <see cref="CheckHost"/>.</summary>
    /// <param name="url">The URL.</param>
    /// <exception cref="EgressException">Refused; the failure names the rule.</exception>
    public void CheckUrl(EgressUrl url) => CheckHost(url.Host, url.Port, url.Protocol);

    /// <summary>Judges all addresses of a host: one that is denied refuses the host (EGR-2).</summary>
    /// <param name="host">The normalised host.</param>
    /// <param name="addresses">Everything it resolved to; an empty list is refused.</param>
    /// <param name="port">The port.</param>
    /// <param name="protocol">What will be spoken.</param>
    /// <exception cref="EgressException">Refused; the failure names the rule, never the address.</exception>
    public void CheckAddresses(HostName host, IReadOnlyList<IPAddress> addresses, int port, EgressProtocol protocol)
    {
        if (NeverNames.Contains(host.Text))
            throw EgressException.Denied("never-name", "The host is never allowed.");
        if (addresses.Count == 0)
            throw EgressException.Of(ErrorClass.Dns, "DNS_FAILED", "The host has no address.");
        foreach (var address in addresses)
            CheckAddress(host, address, port, protocol);
    }

    private void CheckAddress(HostName host, IPAddress address, int port, EgressProtocol protocol)
    {
        var standing = AddressRanges.Judge(address);
        if (standing == AddressStanding.Never)
            throw EgressException.Denied("never-address", "The address is never allowed.");
        if (_own.Include(address, port))
            throw EgressException.Denied("own-listener", "The address is this process itself.");
        if (Array.Exists(_entries, entry => entry.Names(host, port) || entry.Holds(address, port)))
            return;
        if (standing == AddressStanding.Denied)
            throw EgressException.Denied("private-address", "The address is not public and has no allow-list entry.");
        CheckWithoutEntry(port, protocol);
    }

    private void CheckWithoutEntry(int port, EgressProtocol protocol)
    {
        if (_allowListOnly)
            throw EgressException.Denied("allow-list-only", "The host has no allow-list entry.");
        if (protocol == EgressProtocol.Http)
            throw EgressException.Denied("url-scheme", "Plain http needs an allow-list entry.");
        if (!UsualPorts.Include(protocol, port))
            throw EgressException.Denied("port", "The port needs an allow-list entry.");
    }
}
