namespace ContactCenter.Egress.Guard;

/// <summary>What is spoken over a connection; decides which ports need no allow-list entry.</summary>
public enum EgressProtocol
{
    /// <summary>HTTPS: port 443 (EGR-6).</summary>
    Https,

    /// <summary>Plain HTTP: no port without an entry (EGR-6).</summary>
    Http,

    /// <summary>Mail submission: ports 25, 465 and 587.</summary>
    Smtp,

    /// <summary>SSH for SFTP stores: any port, as stores choose theirs.</summary>
    Ssh,
}

internal static class UsualPorts
{
    public static bool Include(EgressProtocol protocol, int port) => protocol switch
    {
        EgressProtocol.Https => port == 443,
        EgressProtocol.Smtp => port is 25 or 465 or 587,
        EgressProtocol.Ssh => true,
        _ => false,
    };
}
