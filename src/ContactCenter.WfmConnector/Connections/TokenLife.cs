namespace ContactCenter.WfmConnector.Connections;

/// <summary>When a token is renewed (WFM-9).</summary>
public static class TokenLife
{
    /// <summary>Taken for a lifetime that is missing or makes no sense.</summary>
    public static TimeSpan Assumed { get; } = TimeSpan.FromSeconds(300);

    /// <summary>Lifetime of a refresh token that CXone says nothing of (WFM-10).</summary>
    public static TimeSpan AssumedOfRefresh { get; } = TimeSpan.FromSeconds(7_200);

    private static readonly TimeSpan LeastMargin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan MostJitter = TimeSpan.FromSeconds(30);

    /// <summary>The age at which a token is renewed.</summary>
    /// <param name="lifetime">How long it lasts.</param>
    /// <param name="random">0 up to, not including, 1: replicas and tenants do not all renew at once.</param>
    public static TimeSpan RenewalAge(TimeSpan lifetime, double random)
    {
        var margin = lifetime / 10 > LeastMargin ? lifetime / 10 : LeastMargin;
        if (margin > lifetime / 2)
            margin = lifetime / 2;
        var age = lifetime - margin - MostJitter * random;
        return age > lifetime / 4 ? age : lifetime / 4;
    }
}
