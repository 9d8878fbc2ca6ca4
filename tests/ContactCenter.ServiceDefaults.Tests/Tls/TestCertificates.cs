using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContactCenter.ServiceDefaults.Tests.Tls;

/// <summary>A certificate authority of one test, with its files in a folder that goes with it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contactcenter-tls-").FullName;
    private readonly X509Certificate2 _root;
    private int _serial;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Test root {Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
        RootFile = Write("root.pem", _root.ExportCertificatePem());
    }

    /// <summary>PEM file of the root.</summary>
    public string RootFile { get; }

    /// <summary>The service's certificate and key.</summary>
    public (string Certificate, string Key) ServerFiles => (Path.Combine(_folder, "server.pem"), Path.Combine(_folder, "server.key"));

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Issues a certificate for localhost into <see cref="ServerFiles"/>.</summary>
    /// <returns>Its serial number.</returns>
    public string IssueServer()
    {
        using var certificate = Issue("CN=service", "1.3.6.1.5.5.7.3.1");
        Write("server.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Write("server.pem", certificate.ExportCertificatePem());
        return certificate.SerialNumber;
    }

    /// <summary>Issues a certificate for a caller.</summary>
    public X509Certificate2 IssueClient()
    {
        using var certificate = Issue("CN=caller", "1.3.6.1.5.5.7.3.2");
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Files of a caller's certificate and key, for programs that read PEM.</summary>
    public (string Certificate, string Key) WriteClient()
    {
        using var certificate = Issue("CN=caller", "1.3.6.1.5.5.7.3.2");
        return (Write("client.pem", certificate.ExportCertificatePem()), Write("client.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private X509Certificate2 Issue(string subject, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, Now.AddDays(-1), Now.AddDays(10), [1, (byte)++_serial]);
        return issued.CopyWithPrivateKey(key);
    }
}
