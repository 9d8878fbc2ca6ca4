using System.Globalization;
using System.Net;

namespace ContactCenter.Egress.Guard;

/// <summary>
/// One allow-list entry: a host, <c>*.suffix</c> or CIDR, with one or more ports, such as <c>erp.example:8443</c>,
/// <c>*.corp.example:443,8443</c>, <c>10.0.0.0/8:8443</c> or <c>[fd00:1::/32]:443</c> (EGR-4).
/// </summary>
public sealed record AllowEntry
{
    private readonly HashSet<int> _ports;
    private readonly string? _host;
    private readonly string? _suffix;
    private readonly IPNetwork? _network;

    private AllowEntry(string? host, string? suffix, IPNetwork? network, HashSet<int> ports)
    {
        _host = host;
        _suffix = suffix;
        _network = network;
        _ports = ports;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="text">The entry as configured.</param>
    /// <returns>The entry, or null when it is not valid or names no port.</returns>
    public static AllowEntry? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0)
            return null;

        var ports = new HashSet<int>();
        foreach (var part in text[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
                return null;
            ports.Add(port);
        }

        var target = text[..colon].Trim();
        var bare = target.StartsWith('[') && target.EndsWith(']') ? target[1..^1] : target;
        if (bare.Contains('/'))
            return IPNetwork.TryParse(bare, out var network) ? new AllowEntry(null, null, network, ports) : null;

        if (target.StartsWith("*.", StringComparison.Ordinal))
        {
            var suffix = HostName.Parse(target[2..]);
            return suffix is { Address: null } ? new AllowEntry(null, "." + suffix.Text, null, ports) : null;
        }

        var host = HostName.Parse(target);
        if (host is null)
            return null;
        return host.Address is { } address
            ? new AllowEntry(null, null, new IPNetwork(address, 8 * address.GetAddressBytes().Length), ports)
            : new AllowEntry(host.Text, null, null, ports);
    }

    /// <summary>Whether the entry names this host and port, whatever it resolves to.</summary>
    /// <param name="host">The normalised host.</param>
    /// <param name="port">The port.</param>
    /// <returns>True when host or suffix and port match.</returns>
    public bool Names(HostName host, int port) =>
        _ports.Contains(port) && (_host is not null
            ? host.Text == _host
            : _suffix is not null && host.Address is null && host.Text.EndsWith(_suffix, StringComparison.Ordinal));

    /// <summary>Whether the entry is a range that holds this address, with this port.</summary>
    /// <param name="address">The address that would be dialled.</param>
    /// <param name="port">The port.</param>
    /// <returns>True when both match.</returns>
    public bool Holds(IPAddress address, int port) =>
        _network is { } network && _ports.Contains(port)
        && (network.Contains(address) || network.Contains(AddressRanges.Effective(address)));

    /// <summary>Whether the entry could open this port for a name that is not resolved yet.</summary>
    internal bool MayHold(HostName host, int port) =>
        host.Address is { } address ? Holds(address, port) : _network is not null && _ports.Contains(port);
}
