using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.Tests.Http;

public sealed class TlsTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _authority;

    public TlsTests() => _authority = Certificate("CN=Test Authority", null, isAuthority: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Fact]
    [Rule("EGR-9")]
    public async Task A_private_CA_and_a_client_certificate_are_used_where_they_are_set()
    {
        using var certificate = Certificate("CN=server", "127.0.0.1");
        using var client = Certificate("CN=client", null);
        await using var server = Start(certificate);
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        var tls = new TlsSettings
        {
            PrivateCa = _authority.ExportCertificatePem(),
            ClientCertificate = client.ExportCertificatePem(),
            ClientKey = _key.ExportPkcs8PrivateKeyPem(),
        };

        var outcome = await SendAsync(egress, server, tls);

        Assert.True(outcome.IsSuccess);
        Assert.Equal("CN=client", Assert.Single(server.ClientCertificates));
        Assert.DoesNotContain("PRIVATE", tls.ToString());
    }

    [Fact]
    [Rule("EGR-9")]
    [Rule("EGR-13")]
    public async Task An_unknown_authority_or_another_name_is_a_final_tls_failure()
    {
        using var good = Certificate("CN=server", "127.0.0.1");
        using var other = Certificate("CN=server", "127.0.0.2");
        await using var unknown = Start(good);
        await using var misnamed = Start(other);
        await using var egress = EgressFixture.Create([unknown.AllowEntry, misnamed.AllowEntry]);

        var first = await SendAsync(egress, unknown, TlsSettings.Default);
        var second = await SendAsync(egress, misnamed, new TlsSettings { PrivateCa = _authority.ExportCertificatePem() });

        Assert.Equal((ErrorClass.Tls, EgressDecision.Final), (first.Failure!.Class, first.Failure.Decision));
        Assert.Equal((ErrorClass.Tls, EgressDecision.Final), (second.Failure!.Class, second.Failure.Decision));
        Assert.Equal(0, unknown.Requests + misnamed.Requests);
    }

    [Fact]
    [Rule("EGR-16")]
    public async Task A_request_lost_over_TLS_is_not_repeated_either()
    {
        using var certificate = Certificate("CN=server", "127.0.0.1");
        await using var server = RawServer.Start(
            async (stream, server, cancellationToken) =>
            {
                await server.ReadRequestAsync(stream, cancellationToken);
                await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), cancellationToken);
                await server.ReadRequestAsync(stream, cancellationToken);
            },
            certificate);
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        var tls = new TlsSettings { PrivateCa = _authority.ExportCertificatePem() };

        Assert.True((await SendAsync(egress, server, tls)).IsSuccess);
        Assert.Equal(ErrorClass.Reset, (await SendAsync(egress, server, tls)).Failure!.Class);
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [Rule("EGR-9")]
    [InlineData("no pem", "", "")]
    [InlineData("", "no pem", "no pem")]
    public void Settings_that_are_no_PEM_are_refused_at_save(string authority, string certificate, string key) =>
        Assert.NotNull(new TlsSettings { PrivateCa = authority, ClientCertificate = certificate, ClientKey = key }.Violation());

    private static RawServer Start(X509Certificate2 certificate) => RawServer.Start(
        async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), cancellationToken);
        },
        certificate);

    private static Task<EgressOutcome> SendAsync(EgressFixture egress, RawServer server, TlsSettings tls) => egress.Client.SendAsync(
        new EgressRequest(Destination.For("t", server.Origin) with { Tls = tls }, HttpMethod.Get, server.Origin + "/"), Cancel);

    private X509Certificate2 Certificate(string subject, string? address, bool isAuthority = false)
    {
        var request = new CertificateRequest(subject, _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse(address));
            request.CertificateExtensions.Add(names.Build());
        }

        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        if (isAuthority)
            return request.CreateSelfSigned(from, from.AddDays(3));
        using var bare = request.Create(
            _authority.SubjectName, X509SignatureGenerator.CreateForRSA(_key, RSASignaturePadding.Pkcs1), from.AddHours(1), from.AddDays(2), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(_key);
    }
}
