using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;
using Microsoft.AspNetCore.Hosting;

namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task Our_client_calls_our_server_over_TLS()
    {
        await using var server = await InteropServer.StartAsync(listen: endpoint => endpoint.UseHttps(_certificate.Certificate));
        using var client = new InteropClient(server.Address, _certificate.CreateHandler());
        await client.RunAsync("ping_pong");
        await client.RunAsync("custom_metadata");
    }

    [Fact]
    public async Task A_Python_client_passes_with_our_server_over_TLS()
    {
        await using var server = await InteropServer.StartAsync(listen: endpoint => endpoint.UseHttps(_certificate.Certificate));
        await using var client = PeerProcess.Python("interop_client.py", server.Authority, _certificate.CertificateFile);
        Assert.All(await client.ReadResultsAsync(), result => Assert.Equal("ok", result.Value));
    }

    [Fact]
    public async Task Our_client_passes_with_a_Python_server_over_TLS()
    {
        await using var server = PeerProcess.Python("interop_server.py", _certificate.KeyFile, _certificate.CertificateFile);
        using var client = new InteropClient("https://127.0.0.1:" + await server.ReadLineAsync(), _certificate.CreateHandler(), seesCompression: false);
        foreach (var interopCase in InteropCase.Names)
            await client.RunAsync(interopCase.Data);
    }

    [Fact]
    public async Task A_server_with_an_untrusted_certificate_is_not_called()
    {
        await using var server = await InteropServer.StartAsync(listen: endpoint => endpoint.UseHttps(_certificate.Certificate));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var call = new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty(), cancellationToken: TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.Contains("certificate", error.Status.Detail, StringComparison.OrdinalIgnoreCase);
    }
}
