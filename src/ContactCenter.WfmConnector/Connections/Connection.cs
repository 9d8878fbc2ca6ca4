using System.Globalization;
using ContactCenter.WfmConnector.Reports;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>How the connection is (WFM-15).</summary>
public enum ConnectionState
{
    /// <summary>Something that is needed is missing.</summary>
    Unconfigured = 1,

    /// <summary>Nothing has been sent yet.</summary>
    Connecting = 2,

    /// <summary>CXone takes what is sent.</summary>
    Connected = 3,

    /// <summary>CXone does not answer.</summary>
    Disconnected = 4,

    /// <summary>The access key is refused.</summary>
    AuthFailed = 5,

    /// <summary>The access key may not do what is needed.</summary>
    Forbidden = 6,

    /// <summary>Stopped by a caller.</summary>
    Paused = 7,
}

/// <summary>How the access key is exchanged for a token.</summary>
public enum AuthenticationMode
{
    /// <summary>At CXone's public token endpoint (WFM-6).</summary>
    Plain = 1,

    /// <summary>As the vendor's SDK does (WFM-7).</summary>
    Sdk = 2,
}

/// <summary>The connection as it is stored.</summary>
public sealed record Connection
{
    internal const int LongestText = 256;

    internal const int LongestSecret = 1_024;

    /// <summary>Rises with every change of the configuration.</summary>
    public required long Revision { get; init; }

    /// <summary>Address of CXone without a slash at the end; empty if not configured.</summary>
    public required string ServiceUrl { get; init; }

    /// <summary>Empty if not configured.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>Null if not configured.</summary>
    public required string? SecretKey { get; init; }

    /// <summary>When that was set.</summary>
    public required DateTime? SecretSetTime { get; init; }

    /// <summary>How the key is exchanged.</summary>
    public required AuthenticationMode Mode { get; init; }

    /// <summary>Sent along in mode SDK unless empty.</summary>
    public required string TenantName { get; init; }

    /// <summary>What the push interface is like.</summary>
    public required WireProfile Profile { get; init; }

    /// <summary>Whether to be connected.</summary>
    public required bool IsWanted { get; init; }

    /// <summary>How it is.</summary>
    public required ConnectionState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTime StateTime { get; init; }

    /// <summary>When CXone last took something; null if it never did.</summary>
    public required DateTime? SuccessTime { get; init; }

    /// <summary>Names the present configuration.</summary>
    public string Etag => Revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>Names of the fields that are missing (WFM-1).</summary>
    public IEnumerable<string> Missing
    {
        get
        {
            if (ServiceUrl.Length == 0)
                yield return "service_url";
            if (AccessKeyId.Length == 0)
                yield return "access_key_id";
            if (SecretKey is null)
                yield return "secret_key";
        }
    }

    /// <summary>Whether anything may be sent now.</summary>
    public bool IsUsable => IsWanted && !Missing.Any();
}
