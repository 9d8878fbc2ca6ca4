using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Settings at the root of the configuration.</summary>
public sealed class PublicUrlOptions
{
    /// <summary>Scheme, host and, if there is one, path prefix under which senders know this service; required, as they sign it (INS-7).</summary>
    [Required, RegularExpression("^[Hh][Tt][Tt][Pp][Ss]?://[^?#]+$", ErrorMessage = "PublicBaseUrl must be an absolute http or https address without query.")]
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of the proxies before this service; empty for none. From them alone
    /// <c>X-Forwarded-For</c> tells who sent a request. No header changes the signed address (INS-7).
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>Whether every trusted proxy can be read.</summary>
    internal bool ProxiesAreReadable => TrustedProxies.All(text => NetworkOf(text) is not null);

    /// <summary>What the middleware that reads forwarded headers needs.</summary>
    internal ForwardedHeadersOptions ToForwardedHeaders()
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var text in TrustedProxies)
            options.KnownIPNetworks.Add(NetworkOf(text)!.Value);
        return options;
    }

    private static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
