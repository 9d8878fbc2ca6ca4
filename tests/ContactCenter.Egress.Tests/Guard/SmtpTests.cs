using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContactCenter.Egress.Guard;

namespace ContactCenter.Egress.Tests.Guard;

/// <summary>What a mail sender needs of the connector: a checked connection, its greeting in plain text, then TLS on the same connection.</summary>
public sealed class SmtpTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-1")]
    [Rule("EGR-9")]
    public async Task A_mail_server_is_greeted_in_plain_text_and_then_spoken_to_by_STARTTLS()
    {
        using var key = RSA.Create(2048);
        using var certificate = Certificate(key);
        await using var server = RawServer.Start(async (stream, _, cancellationToken) =>
        {
            await ServeAsync(stream, ["220 mail ready", "250-mail\r\n250 STARTTLS", "220 go ahead"], cancellationToken);
            await using var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
            await ServeAsync(secure, ["", "250 over TLS"], cancellationToken);
        });
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        var tls = new TlsSettings { PrivateCa = certificate.ExportCertificatePem() };

        await using var plain = await egress.Connector.ConnectAsync("127.0.0.1", server.Port, EgressProtocol.Smtp, Limit, Cancel);
        Assert.Equal("220 mail ready", await LineAsync(plain, Cancel));
        await plain.WriteAsync("EHLO contact.example\r\n"u8.ToArray(), Cancel);
        Assert.Equal(("250-mail", "250 STARTTLS"), (await LineAsync(plain, Cancel), await LineAsync(plain, Cancel)));
        await plain.WriteAsync("STARTTLS\r\n"u8.ToArray(), Cancel);
        Assert.Equal("220 go ahead", await LineAsync(plain, Cancel));
        await using var secured = await egress.Connector.SecureAsync(plain, "127.0.0.1", tls, Limit, Cancel);
        await secured.WriteAsync("EHLO contact.example\r\n"u8.ToArray(), Cancel);

        Assert.Equal("250 over TLS", await LineAsync(secured, Cancel));
    }

    [Fact]
    [Rule("EGR-9")]
    public async Task A_mail_server_whose_certificate_is_not_trusted_gets_no_mail()
    {
        using var key = RSA.Create(2048);
        using var certificate = Certificate(key);
        await using var server = RawServer.Start(static async (stream, _, cancellationToken) => await LineAsync(stream, cancellationToken), certificate);
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        await using var plain = await egress.Connector.ConnectAsync("127.0.0.1", server.Port, EgressProtocol.Smtp, Limit, Cancel);
        var error = await Assert.ThrowsAsync<EgressException>(() => egress.Connector.SecureAsync(plain, "127.0.0.1", TlsSettings.Default, Limit, Cancel));

        Assert.Equal(ErrorClass.Tls, error.Failure.Class);
    }

    [Theory]
    [Rule("EGR-1")]
    [InlineData("mail.example", 25, null)]
    [InlineData("mail.example", 465, null)]
    [InlineData("mail.example", 587, null)]
    [InlineData("mail.example", 2525, "port")]
    [InlineData("10.0.0.5", 587, "private-address")]
    [InlineData("169.254.169.254", 587, "never-address")]
    public async Task Mail_goes_to_public_addresses_on_its_ports(string host, int port, string? rule)
    {
        await using var egress = EgressFixture.Create();
        var guard = egress.Get<EgressGuard>();

        if (rule is null)
            guard.CheckHost(HostName.Parse(host)!, port, EgressProtocol.Smtp);
        else
            Assert.Equal(rule, Assert.Throws<EgressException>(() => guard.CheckHost(HostName.Parse(host)!, port, EgressProtocol.Smtp)).Failure.Rule);
    }

    /// <summary>Says the first line, and each further one after a line of the client.</summary>
    private static async Task ServeAsync(Stream stream, string[] lines, CancellationToken cancellationToken)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (i > 0)
                await LineAsync(stream, cancellationToken);
            if (lines[i].Length > 0)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(lines[i] + "\r\n"), cancellationToken);
        }
    }

    private static async Task<string> LineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < 2 || line[^1] != '\n')
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
                break;
            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd();
    }

    private static X509Certificate2 Certificate(RSA key)
    {
        var request = new CertificateRequest("CN=mail", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
