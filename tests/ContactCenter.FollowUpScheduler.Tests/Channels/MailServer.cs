using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ContactCenter.FollowUpScheduler.Tests.Channels;

/// <summary>A mail that a server took.</summary>
internal sealed record TakenMail(string From, string[] To, string Content);

/// <summary>A mail server that others have written: Python's aiosmtpd, with TLS and a login.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private MailServer(Process process, DirectoryInfo folder, string certificate) => (_process, _folder, Certificate) = (process, folder, certificate);

    /// <summary>Its certificate in PEM text, by which it is trusted.</summary>
    public string Certificate { get; }

    public int Port { get; private set; }

    public ConcurrentQueue<TakenMail> Mails { get; } = [];

    public static async Task<MailServer> StartAsync(CancellationToken cancellationToken)
    {
        using var key = RSA.Create(2_048);
        var request = new CertificateRequest("CN=mail", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddYears(-10), now.AddYears(10));
        var folder = Directory.CreateTempSubdirectory("contactcenter-mail-");
        var (pem, pemKey) = (Path.Combine(folder.FullName, "server.pem"), Path.Combine(folder.FullName, "server.key"));
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), cancellationToken);
        await File.WriteAllTextAsync(pemKey, key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Channels", "mail_server.py"), pem, pemKey])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var server = new MailServer(process, folder, certificate.ExportCertificatePem())
        {
            Port = int.Parse((await process.StandardOutput.ReadLineAsync(cancellationToken))!, CultureInfo.InvariantCulture),
        };
        _ = server.ReadAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            Mails.Enqueue(JsonSerializer.Deserialize<TakenMail>(line, JsonSerializerOptions.Web)!);
    }
}
