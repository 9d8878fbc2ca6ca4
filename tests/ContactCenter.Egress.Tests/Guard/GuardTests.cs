using System.Net;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Egress.Tests.Guard;

public sealed class GuardTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [Rule("EGR-3")]
    [Rule("EGR-6")]
    [InlineData("http://169.254.169.254/", "never-address")]
    [InlineData("https://[::ffff:169.254.169.254]/", "never-address")]
    [InlineData("https://0x7f000001/", "private-address")]
    [InlineData("https://2130706433/", "private-address")]
    [InlineData("https://127.1/", "private-address")]
    [InlineData("https://0177.0.0.1/", "private-address")]
    [InlineData("https://localhost./", "private-address")]
    [InlineData("https://[::]/", "never-address")]
    [InlineData("https://10.0.0.5.nip.io/", "private-address")]
    [InlineData("https://good.example@10.0.0.5/", "url-user-info")]
    [InlineData("https://@10.0.0.5/", "url-user-info")]
    [InlineData("https://[64:ff9b::a00:5]/", "private-address")]
    [InlineData("https://[2002:a00:5::1]/", "private-address")]
    [InlineData("https://[fe80::1%25eth0]/", "never-address")]
    [InlineData("https://[fd00:ec2::254]/", "never-address")]
    [InlineData("https://metadata.google.internal./", "never-name")]
    [InlineData("https://METADATA.google.internal/", "never-name")]
    [InlineData("https://good.example\\@10.0.0.5/", "url-characters")]
    [InlineData("https://good.example/\u0001", "url-characters")]
    [InlineData("https://good.example:8443/", "port")]
    [InlineData("http://good.example/", "url-scheme")]
    [InlineData("ftp://good.example/", "url-scheme")]
    [InlineData("/relative", "url-scheme")]
    [InlineData("https://1.2.3.256/", "url-host")]
    [InlineData("https://1.2.3.4.5/", "url-host")]
    [InlineData("https://\uFF11\uFF10\u3002\uFF10.0.5/", "private-address")]
    public async Task Refused_before_a_byte_is_sent(string url, string rule)
    {
        await using var egress = EgressFixture.Create(configure: services => Resolve(services, "10.0.0.5"));

        var failure = await FailureAsync(egress, url);

        Assert.Equal((ErrorClass.Denied, "EGRESS_DENIED", rule), (failure.Class, failure.Reason, failure.Rule));
        Assert.Equal(EgressDecision.Final, failure.Decision);
        Assert.DoesNotContain("10.0.0.5", failure.Detail);
        Assert.DoesNotContain("169.254", failure.Detail);
    }

    [Fact]
    [Rule("EGR-2")]
    public async Task A_name_that_answers_first_public_and_then_private_is_refused_when_it_is_dialled()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var answers = new Queue<string>(["93.184.216.34", "127.0.0.1"]);
        await using var egress = EgressFixture.Create(configure: services => Resolve(services, () => [answers.Dequeue()]));

        Assert.Equal("93.184.216.34", (await egress.Connector.ResolveAsync("rebind.example", 443, EgressProtocol.Https, Cancel))[0].ToString());
        var failure = await FailureAsync(egress, "https://rebind.example/");

        Assert.Equal("private-address", failure.Rule);
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    [Rule("EGR-2")]
    public async Task One_denied_address_among_several_refuses_the_name()
    {
        await using var egress = EgressFixture.Create(
            configure: services => Resolve(services, () => ["93.184.216.34", "192.168.1.1"]));

        Assert.Equal("private-address", (await FailureAsync(egress, "https://mixed.example/")).Rule);
    }

    [Fact]
    [Rule("EGR-2")]
    [Rule("EGR-13")]
    public async Task A_name_that_does_not_resolve_is_a_dns_failure_to_be_retried()
    {
        await using var egress = EgressFixture.Create(configure: services => services.AddSingleton<HostResolver>(
            (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound)));

        var failure = await FailureAsync(egress, "https://nowhere.example/");

        Assert.Equal((ErrorClass.Dns, EgressDecision.Retry), (failure.Class, failure.Decision));
    }

    [Theory]
    [Rule("EGR-4")]
    [InlineData("https://10.0.0.5:8443/", null)]
    [InlineData("https://10.0.0.5/", "private-address")]
    [InlineData("https://169.254.169.254:8443/", "never-address")]
    [InlineData("https://intern.example:8443/", null)]
    [InlineData("https://93.184.216.34:8443/", "port")]
    public void An_entry_opens_its_addresses_for_its_port_and_nothing_else(string url, string? rule)
    {
        var guard = new EgressGuard(new EgressOptions { AllowList = ["10.0.0.0/8:8443"] }, OwnListeners.None);

        Assert.Equal(rule, Judge(guard, url, "10.0.0.5"));
    }

    [Theory]
    [Rule("EGR-4")]
    [InlineData("https://erp.corp.example:8443/", "10.1.1.1", null)]
    [InlineData("https://ERP.corp.example.:9443/", "10.1.1.1", null)]
    [InlineData("http://erp.corp.example:8443/", "10.1.1.1", null)]
    [InlineData("https://corp.example:8443/", "10.1.1.1", "port")]
    [InlineData("https://evilcorp.example:8443/", "10.1.1.1", "port")]
    [InlineData("https://erp.corp.example:8443/", "169.254.1.1", "never-address")]
    [InlineData("https://erp.corp.example/", "10.1.1.1", "private-address")]
    public void A_suffix_entry_names_hosts_below_it(string url, string address, string? rule)
    {
        var guard = new EgressGuard(new EgressOptions { AllowList = ["*.corp.example:8443,9443"] }, OwnListeners.None);

        Assert.Equal(rule, Judge(guard, url, address));
    }

    [Fact]
    [Rule("EGR-4")]
    public void With_AllowListOnly_everything_else_is_refused()
    {
        var guard = new EgressGuard(
            new EgressOptions { Mode = EgressMode.AllowListOnly, AllowList = ["api.example:443"] }, OwnListeners.None);

        Assert.Null(Judge(guard, "https://api.example/", "93.184.216.34"));
        Assert.Equal("allow-list-only", Judge(guard, "https://other.example/", "93.184.216.34"));
    }

    [Fact]
    [Rule("EGR-5")]
    public void This_process_own_listener_is_refused_even_when_listed()
    {
        var guard = new EgressGuard(
            new EgressOptions { AllowList = ["127.0.0.0/8:8080,8081"] }, new OwnListeners(() => new HashSet<int> { 8080 }));

        Assert.Equal("own-listener", Judge(guard, "http://127.0.0.1:8080/", "127.0.0.1"));
        Assert.Equal("own-listener", Judge(guard, "http://[::ffff:127.0.0.1]:8080/", "127.0.0.1"));
        Assert.Null(Judge(guard, "http://127.0.0.1:8081/", "127.0.0.1"));
    }

    [Fact]
    [Rule("EGR-6")]
    public void A_fragment_is_dropped_and_the_path_stays_as_it_was()
    {
        Assert.Equal("https://api.example/a%2Fb?x=%20y", EgressUrl.Parse("https://API.example/a%2Fb?x=%20y#top").Uri.AbsoluteUri);
        Assert.Equal("https://xn--bcher-kva.example/", EgressUrl.Parse("https://Bücher.example/").Uri.AbsoluteUri);
    }

    [Fact]
    [Rule("EGR-6")]
    public void A_url_may_have_2048_characters_and_more_only_by_destination()
    {
        var url = "https://a.example/" + new string('x', 2_048 - 18);

        Assert.Equal(2_048, EgressUrl.Parse(url).Uri.AbsoluteUri.Length);
        Assert.Equal("url-length", Assert.Throws<EgressException>(() => EgressUrl.Parse(url + "x")).Failure.Rule);
        Assert.NotNull(EgressUrl.Parse(url + "x", 8_192));
    }

    [Theory]
    [Rule("EGR-3")]
    [InlineData("8.8.8.8", AddressStanding.Public)]
    [InlineData("100.63.255.255", AddressStanding.Public)]
    [InlineData("100.64.0.0", AddressStanding.Denied)]
    [InlineData("172.15.255.255", AddressStanding.Public)]
    [InlineData("172.31.255.255", AddressStanding.Denied)]
    [InlineData("192.88.99.1", AddressStanding.Denied)]
    [InlineData("198.19.255.255", AddressStanding.Denied)]
    [InlineData("240.0.0.1", AddressStanding.Denied)]
    [InlineData("255.255.255.255", AddressStanding.Never)]
    [InlineData("224.0.0.1", AddressStanding.Never)]
    [InlineData("0.0.0.0", AddressStanding.Never)]
    [InlineData("0.0.0.1", AddressStanding.Denied)]
    [InlineData("2606:4700::1", AddressStanding.Public)]
    [InlineData("2001:1ff::1", AddressStanding.Denied)]
    [InlineData("2001:200::1", AddressStanding.Public)]
    [InlineData("2001:db8::1", AddressStanding.Denied)]
    [InlineData("fc00::1", AddressStanding.Denied)]
    [InlineData("fec0::1", AddressStanding.Denied)]
    [InlineData("100::1", AddressStanding.Denied)]
    [InlineData("4000::1", AddressStanding.Denied)]
    [InlineData("::1", AddressStanding.Denied)]
    [InlineData("::", AddressStanding.Never)]
    [InlineData("ff02::1", AddressStanding.Never)]
    [InlineData("64:ff9b::808:808", AddressStanding.Public)]
    [InlineData("2002:808:808::", AddressStanding.Public)]
    [InlineData("2002:a9fe:a9fe::", AddressStanding.Never)]
    public void Addresses_stand_as_listed(string address, AddressStanding standing) =>
        Assert.Equal(standing, AddressRanges.Judge(IPAddress.Parse(address)));

    [Theory]
    [Rule("EGR-8")]
    [InlineData("X-Good", "value with\ttab", true)]
    [InlineData("X Bad", "v", false)]
    [InlineData("", "v", false)]
    [InlineData("X-Bad:", "v", false)]
    [InlineData("X-Value", "a\r\nInjected: b", false)]
    [InlineData("X-Value", "a\nb", false)]
    [InlineData("X-Value", "a\0b", false)]
    [InlineData("X-Value", "a\u007Fb", false)]
    [InlineData("X-Value", "caf\u00E9", false)]
    [InlineData("Host", "other", false)]
    [InlineData("content-length", "1", false)]
    [InlineData("Transfer-Encoding", "chunked", false)]
    [InlineData("Connection", "close", false)]
    [InlineData("Upgrade", "h2c", false)]
    [InlineData("TE", "trailers", false)]
    [InlineData("Trailer", "X", false)]
    [InlineData("Expect", "100-continue", false)]
    [InlineData("Proxy-Authorization", "x", false)]
    public async Task Header_fields_are_judged_at_save_and_again_before_anything_reaches_the_wire(string name, string value, bool accepted)
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        var outcome = await egress.Client.SendAsync(
            new EgressRequest(Destination.For("t", server.Origin), HttpMethod.Get, server.Origin + "/") { Headers = [new(name, value)] }, Cancel);

        Assert.Equal(accepted, HeaderRules.Violation(name, value) is null);
        Assert.Equal(accepted, outcome.IsSuccess);
        Assert.Equal(accepted ? 1 : 0, server.Accepted);
        if (!accepted)
            Assert.Equal("header", outcome.Failure!.Rule);
    }

    [Fact]
    [Rule("EGR-2")]
    public void A_decision_without_DNS_takes_at_most_20_microseconds()
    {
        var guard = new EgressGuard(
            new EgressOptions { AllowList = [.. Enumerable.Range(0, 50).Select(i => $"*.host-{i}.example:443,8443")] }, OwnListeners.None);
        IPAddress[] addresses = [IPAddress.Parse("93.184.216.34"), IPAddress.Parse("2606:2800:220:1::1")];
        var best = double.MaxValue;
        // The best of many rounds: the machine may be busy with other things, the guard may not.
        for (var round = 0; round < 100; round++)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            for (var i = 0; i < 200; i++)
            {
                var url = EgressUrl.Parse("https://api.crm.example/v2/contacts?page=2");
                guard.CheckUrl(url);
                guard.CheckAddresses(url.Host, addresses, url.Port, url.Protocol);
            }

            best = Math.Min(best, System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMicroseconds / 200);
        }

        TestContext.Current.SendDiagnosticMessage("A decision took {0:0.00} microseconds.", best);
        Assert.InRange(best, 0, 20);
    }

    private static void Resolve(IServiceCollection services, string address) => Resolve(services, () => [address]);

    private static void Resolve(IServiceCollection services, Func<string[]> answer) => services.AddSingleton<HostResolver>(
        (_, _) => Task.FromResult(Array.ConvertAll(answer(), IPAddress.Parse)));

    private static async Task<EgressFailure> FailureAsync(EgressFixture egress, string url)
    {
        var destination = new Destination { Name = "t", Origin = OriginOf(url) };
        var outcome = await egress.Client.SendAsync(new EgressRequest(destination, HttpMethod.Get, url), Cancel);
        Assert.Null(outcome.Response);
        return outcome.Failure!;
    }

    private static string OriginOf(string url)
    {
        try
        {
            return EgressUrl.Parse(url).Origin;
        }
        catch (EgressException)
        {
            return "";
        }
    }

    private static string? Judge(EgressGuard guard, string text, string address)
    {
        try
        {
            var url = EgressUrl.Parse(text);
            guard.CheckUrl(url);
            guard.CheckAddresses(url.Host, [url.Host.Address ?? IPAddress.Parse(address)], url.Port, url.Protocol);
            return null;
        }
        catch (EgressException error)
        {
            return error.Failure.Rule;
        }
    }
}
