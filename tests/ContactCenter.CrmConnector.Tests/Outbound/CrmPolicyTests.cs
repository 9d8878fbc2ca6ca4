using ContactCenter.CrmConnector.Outbound;

namespace ContactCenter.CrmConnector.Tests.Outbound;

public sealed class CrmPolicyTests
{
    [Fact]
    [Rule("CRM-94")]
    [Rule("CRM-95")]
    [Rule("CRM-97")]
    public void The_default_policy_retries_400_for_a_week()
    {
        var policy = CrmPolicies.Retry400Week;
        var minutes = new List<double> { 0 };
        while (policy.Decide("400", minutes.Count, TimeSpan.FromMinutes(minutes[^1]), 0.5).Delay is { } delay)
            minutes.Add(minutes[^1] + delay.TotalMinutes);

        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 3487, 4927, 6367, 7807, 9247], minutes);
        Assert.Equal("MAX_AGE", policy.Decide("400", 17, TimeSpan.FromMinutes(9247), 0.5).Reason);
        Assert.All(["401", "403", "404", "409", "429", "500", "503", "redirect", "timeout", "connect", "tls", "dns"], name => Assert.Equal("FINAL", policy.Decide(name, 1, TimeSpan.Zero, 0.5).Reason));
        var standard = CrmPolicies.Own.Single(policy => policy.Name == "standard");
        Assert.Equal(TimeSpan.FromSeconds(120), standard.Decide("503", 1, TimeSpan.Zero, 0.5, TimeSpan.FromSeconds(120)).Delay);
        Assert.Equal([5, 10, 20], Enumerable.Range(1, 3).Select(attempt => standard.Decide("503", attempt, TimeSpan.Zero, 0.5).Delay!.Value.TotalSeconds));
        Assert.Equal("FINAL", standard.Decide("400", 1, TimeSpan.Zero, 0.5).Reason);
        Assert.Equal("FINAL", CrmPolicies.Own.Single(policy => policy.Name == "none").Decide("503", 1, TimeSpan.Zero, 0.5).Reason);
    }
}
