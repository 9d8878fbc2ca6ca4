using ContactCenter.InsightsEnrichment.Customers;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class CustomerIdKeyTests(TestServers servers) : InsightsTest(servers)
{
    private string _key = CustomerIdKey;

    protected override IEnumerable<string> Settings => [$"--Customers:IdKey={_key}"];

    [Fact]
    [Rule("INS-81")]
    public async Task The_service_starts_again_with_the_same_key_and_with_no_other()
    {
        await StopAsync();
        await StartAsync();
        await StopAsync();

        _key = "another-key-0123456789";
        await Assert.ThrowsAsync<CustomerIdKeyChangedException>(RunAsync);
        _key = "fifteen-bytes!!";
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(RunAsync);
        Assert.Contains("Customers:IdKey must be given and have at least 16 bytes.", refusal.Message, StringComparison.Ordinal);
    }
}
