using System.Net;
using System.Net.NetworkInformation;

namespace ContactCenter.Egress.Guard;

/// <summary>The ports on which this process listens; calls to them are refused outside Development (EGR-5).</summary>
/// <param name="ports">Reads the ports at the time of a call, as Kestrel chooses some at start.</param>
public sealed class OwnListeners(Func<IReadOnlySet<int>> ports)
{
    private readonly Lazy<HashSet<IPAddress>> _addresses = new(OfThisMachine);

    /// <summary>No port at all: what Development uses.</summary>
    public static OwnListeners None { get; } = new(() => new HashSet<int>());

    /// <summary>Whether address and port are a listener of this process.</summary>
    /// <param name="address">The address that would be dialled.</param>
    /// <param name="port">The port.</param>
    /// <returns>True when the port is one of ours and the address one of this machine.</returns>
    public bool Include(IPAddress address, int port)
    {
        if (!ports().Contains(port))
            return false;
        var effective = AddressRanges.Effective(address);
        return IPAddress.IsLoopback(effective) || _addresses.Value.Contains(effective);
    }

    private static HashSet<IPAddress> OfThisMachine() =>
        [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => AddressRanges.Effective(unicast.Address))];
}
