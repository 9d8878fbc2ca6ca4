using System.Net;
using ContactCenter.ServiceDefaults.Callers;

namespace ContactCenter.ServiceDefaults.Tests.Callers;

public sealed class FailureLimiterTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    [Rule("SEC-8")]
    public void Failures_are_counted_within_any_minute_not_by_the_clock_on_the_wall()
    {
        var limiter = new FailureLimiter(_clock);
        var address = IPAddress.Parse("192.0.2.1");
        for (var i = 0; i < 20; i++)
        {
            Assert.False(limiter.CountFailure(address));
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.True(limiter.CountFailure(address), "The 21st within 40 s.");
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.False(limiter.CountFailure(address));
    }

    [Fact]
    [Rule("SEC-8")]
    public void An_IPv6_network_counts_as_one_address_and_IPv4_is_the_same_in_both_forms()
    {
        var limiter = new FailureLimiter(_clock);

        var network = Enumerable.Range(1, 21).Select(i => limiter.CountFailure(IPAddress.Parse($"2001:db8:1:2::{i:x}"))).ToList();
        var mapped = Enumerable.Range(1, 21).Select(i => limiter.CountFailure(IPAddress.Parse(i % 2 == 0 ? "192.0.2.7" : "::ffff:192.0.2.7"))).ToList();

        Assert.Equal(20, network.IndexOf(true));
        Assert.Equal(20, mapped.IndexOf(true));
    }

    [Fact]
    [Rule("SEC-8")]
    public void A_million_addresses_need_no_more_memory_than_the_table_has()
    {
        var limiter = new FailureLimiter(_clock);
        for (var i = 0; i < 100_000; i++)
            limiter.CountFailure(new IPAddress(i));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 100_000; i < 1_000_000; i++)
            limiter.CountFailure(new IPAddress(i));

        // A tenth of what they would need; other tests are at work meanwhile.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20_000_000);
        GC.KeepAlive(limiter);
    }
}
