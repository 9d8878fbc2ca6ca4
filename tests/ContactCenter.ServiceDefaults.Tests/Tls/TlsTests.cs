using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ContactCenter.Probe.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContactCenter.ServiceDefaults.Tests.Tls;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly ManualTimeProvider _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Fact]
    [Rule("SEC-12")]
    public async Task A_service_with_a_certificate_answers_gRPC_and_HTTP_over_TLS_alone()
    {
        _certificates.IssueServer();
        await using var service = await StartAsync("Tls");
        using var channel = ChannelTo(service);
        using var http = new HttpClient(Handler());

        Assert.Equal("hello", await AskAsync(channel));
        Assert.Equal("https", service.GrpcAddress.Scheme);
        using var health = await http.GetAsync(new Uri(service.Http.BaseAddress!, "/alive"), Cancellation);
        Assert.True(health.IsSuccessStatusCode);
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(new UriBuilder(service.Http.BaseAddress!) { Scheme = "http" }.Uri, Cancellation));
    }

    [Theory]
    [Rule("SEC-12")]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // That it is refused is what is tested.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task TLS_1_2_and_later_are_spoken_and_nothing_earlier(SslProtocols protocol, bool works)
    {
        _certificates.IssueServer();
        await using var service = await StartAsync("Tls");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(service.GrpcAddress.Host, service.GrpcAddress.Port, Cancellation);
        await using var tls = new SslStream(tcp.GetStream());
        var handshake = tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol, CertificateChainPolicy = TrustOnlyRoot() }, Cancellation);

        if (works)
            await handshake;
        else
            await Assert.ThrowsAnyAsync<Exception>(() => handshake);
    }

    [Fact]
    [Rule("SEC-12")]
    public async Task A_changed_certificate_is_used_for_new_connections_within_60_s_and_drops_none()
    {
        var first = _certificates.IssueServer();
        await using var service = await StartAsync("Tls");
        using var old = ChannelTo(service);
        await AskAsync(old);
        Assert.Equal(first, await SerialAsync(service));

        _certificates.Write("server.pem", "half written");
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(first, await SerialAsync(service));

        var second = _certificates.IssueServer();
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(second, await SerialAsync(service));
        Assert.NotEqual(first, second);
        Assert.Equal("hello", await AskAsync(old));
    }

    [Fact]
    [Rule("SEC-12")]
    public async Task Mutual_mode_takes_callers_with_a_certificate_of_its_roots_and_no_others()
    {
        using var strangers = new TestCertificates();
        _certificates.IssueServer();
        await using var service = await StartAsync("Mutual");

        using var known = ChannelTo(service, _certificates.IssueClient());
        Assert.Equal("hello", await AskAsync(known));
        using var stranger = ChannelTo(service, strangers.IssueClient());
        await IsCutOffAsync(stranger);
        using var nobody = ChannelTo(service);
        await IsCutOffAsync(nobody);
    }

    // In TLS 1.3 the client has finished its side before the server judges the certificate: the connection ends while the
    // request is on its way, which the client sees as a lost connection or as a broken exchange.
    private static async Task IsCutOffAsync(GrpcChannel channel) =>
        Assert.Contains((await Assert.ThrowsAsync<RpcException>(() => AskAsync(channel))).StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });

    [Fact]
    [Rule("SEC-12")]
    public async Task A_python_client_calls_over_mutual_TLS()
    {
        _certificates.IssueServer();
        var (certificate, key) = _certificates.WriteClient();
        await using var service = await StartAsync("Mutual");
        var script = _certificates.Write("ask.py",
            """
            import sys, grpc
            address, root, certificate, key = sys.argv[1:]
            read = lambda file: open(file, "rb").read()
            channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(read(root), read(key), read(certificate)))
            ask = channel.unary_unary("/contactcenter.probe.v1.ProbeService/Ask", lambda text: text, lambda text: text)
            print(ask(b"\n\x05hello", timeout=20).decode())
            """);

        var info = new ProcessStartInfo("/usr/bin/python3", [script, $"localhost:{service.GrpcAddress.Port}", _certificates.RootFile, certificate, key]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var python = Process.Start(info)!;
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(Cancellation), python.StandardError.ReadToEndAsync(Cancellation));
        await python.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.True(python.ExitCode == 0, await errors);
        Assert.Contains("hello", await output, StringComparison.Ordinal);
    }

    [Theory]
    [Rule("SEC-12")]
    [InlineData("Tls:Mode is Off, so API keys would travel in plain text", "--Tls:Mode=Off", "--Tls:AllowPlaintext=false")]
    [InlineData("Tls:Mode is Tls but Tls:Certificate is not set", "--Tls:Mode=", "--Tls:AllowPlaintext=false")]
    [InlineData("Tls:Mode is Mutual but Tls:ClientCa is not set", "--Tls:Mode=Mutual", "--Tls:Certificate=/none.pem")]
    [InlineData("cannot be used", "--Tls:Mode=Tls", "--Tls:Certificate=/none.pem")]
    public async Task A_service_that_would_not_be_safe_does_not_start_and_says_what_to_do(string message, params string[] settings)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => TestService.StartAsync(settings: settings));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("SEC-12")]
    public async Task Development_is_plain_text_unless_said_otherwise()
    {
        await using var service = await TestService.StartAsync(settings: ["--environment=Development", "--Tls:Mode=", "--Tls:AllowPlaintext=false"]);

        Assert.Equal("http", service.GrpcAddress.Scheme);
    }

    private Task<TestService> StartAsync(string mode)
    {
        var (certificate, key) = _certificates.ServerFiles;
        return Probe.ServeAsync(
            (text, _) => Task.FromResult(text),
            builder => builder.Services.AddSingleton<TimeProvider>(_clock),
            $"--Tls:Mode={mode}", $"--Tls:Certificate={certificate}", $"--Tls:CertificateKey={key}", $"--Tls:ClientCa={_certificates.RootFile}");
    }

    private GrpcChannel ChannelTo(TestService service, X509Certificate2? certificate = null) =>
        GrpcChannel.ForAddress(service.GrpcAddress, new() { HttpHandler = Handler(certificate), DisposeHttpClient = true });

    private SocketsHttpHandler Handler(X509Certificate2? certificate = null) => new()
    {
        SslOptions = { CertificateChainPolicy = TrustOnlyRoot(), ClientCertificates = certificate is null ? [] : [certificate] },
    };

    private X509ChainPolicy TrustOnlyRoot()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(_certificates.RootFile);
        return policy;
    }

    private static async Task<string> AskAsync(GrpcChannel channel) =>
        (await new ProbeService.ProbeServiceClient(channel).AskAsync(new() { Text = "hello" }, cancellationToken: Cancellation)).Text;

    private async Task<string> SerialAsync(TestService service)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(service.GrpcAddress.Host, service.GrpcAddress.Port, Cancellation);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = TrustOnlyRoot() }, Cancellation);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }
}
