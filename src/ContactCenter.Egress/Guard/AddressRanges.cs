using System.Net;
using System.Net.Sockets;

namespace ContactCenter.Egress.Guard;

/// <summary>How an address counts before any allow-list is asked (EGR-3, EGR-5).</summary>
public enum AddressStanding
{
    /// <summary>A public unicast address.</summary>
    Public,

    /// <summary>Denied by default; an allow-list entry can open it (EGR-3).</summary>
    Denied,

    /// <summary>Never dialled, whatever the allow-list says (EGR-5).</summary>
    Never,
}

/// <summary>The address ranges of EGR-3 and EGR-5.</summary>
public static class AddressRanges
{
    private static readonly IPNetwork[] Never4 = Parse(
        "0.0.0.0/32", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32");

    private static readonly IPNetwork[] Never6 = Parse(
        "::/128", "fe80::/10", "fd00:ec2::/32", "ff00::/8");

    private static readonly IPNetwork[] Denied4 = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4");

    private static readonly IPNetwork[] Denied6 = Parse("2001::/23", "2001:db8::/32");

    // Everything else that EGR-3 lists (::1, 100::/64, fc00::/7, fec0::/10 ...) lies outside this one.
    private static readonly IPNetwork GlobalUnicast6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Judges an address; an IPv4 address inside an IPv6 one decides (EGR-3).</summary>
    /// <param name="address">Any IPv4 or IPv6 address.</param>
    /// <returns>Its standing.</returns>
    public static AddressStanding Judge(IPAddress address)
    {
        address = Effective(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return Contains(Never4, address) ? AddressStanding.Never
                : Contains(Denied4, address) ? AddressStanding.Denied
                : AddressStanding.Public;
        }

        if (Contains(Never6, address))
            return AddressStanding.Never;
        return GlobalUnicast6.Contains(address) && !Contains(Denied6, address)
            ? AddressStanding.Public
            : AddressStanding.Denied;
    }

    /// <summary>The address that counts: the IPv4 address inside a mapped, NAT64 or 6to4 address, without a zone id.</summary>
    /// <param name="address">Any IPv4 or IPv6 address.</param>
    /// <returns>The address that is judged and matched against entries.</returns>
    public static IPAddress Effective(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return address;

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var zoneless = new IPAddress(bytes);
        if (zoneless.IsIPv4MappedToIPv6 || Nat64.Contains(zoneless))
            return new IPAddress(bytes[12..]);
        return SixToFour.Contains(zoneless) ? new IPAddress(bytes[2..6]) : zoneless;
    }

    private static IPNetwork[] Parse(params string[] ranges) => Array.ConvertAll(ranges, IPNetwork.Parse);

    private static bool Contains(IPNetwork[] ranges, IPAddress address)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(address))
                return true;
        }

        return false;
    }
}
