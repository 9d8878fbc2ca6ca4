using Microsoft.Extensions.Options;
using ConnectionState = ContactCenter.Wfm.V1.ConnectionState;

namespace ContactCenter.WfmConnector.Tests.Connections;

public sealed class ConnectionImportTests(TestServers servers) : WfmTest(servers)
{
    private readonly TestServers _servers = servers;
    private string? _url;

    protected override IEnumerable<string> Settings =>
    [
        $"--Wfm:Connection:ServiceUrl={_url ?? Cxone.Url}/", $"--Wfm:Connection:AccessKey={AccessKeyId}", $"--Wfm:Connection:SecretKey={SecretKey}", "--Wfm:Connection:Mode=SDK",
        "--Wfm:Connection:TenantName=acme",
    ];

    protected override Task<string> TakeBrokerAsync() => _servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("WFM-1"), Rule("WFM-2"), Rule("WFM-3")]
    public async Task The_settings_configure_the_connection_until_it_was_configured_once()
    {
        var configured = await ReadConnectionAsync();
        Assert.Equal(
            (Cxone.Url, "…WXYZ", Wfm.V1.AuthenticationMode.Sdk, "acme", ConnectionState.Paused), (configured.ServiceUrl, configured.AccessKeyId, configured.Mode, configured.TenantName, configured.State));
        Assert.NotNull(configured.SecretSetTime);
        Assert.Empty(Cxone.Calls);
        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM wfm.connection WHERE secret_key LIKE '%{SecretKey}%'"));
        await Connections.ConnectAsync(new(), cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => Cxone.To("/wfm/external-acd/v1/authentication").Any(call => call.Body.Contains(SecretKey, StringComparison.Ordinal)));

        await ConfigureAsync();
        await StopAsync();
        await StartAsync();
        Assert.Equal(("", Wfm.V1.AuthenticationMode.Plain), ((await ReadConnectionAsync()).TenantName, (await ReadConnectionAsync()).Mode));
        _url = "http://cxone.example.com";
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(StartHostAsync);
        Assert.Contains("Wfm:Connection:ServiceUrl is http://cxone.example.com/", refused.Message, StringComparison.Ordinal);
    }
}
