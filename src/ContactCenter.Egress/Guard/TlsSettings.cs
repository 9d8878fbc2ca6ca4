using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContactCenter.Egress.Guard;

/// <summary>What a destination may set about TLS (EGR-9); validation itself cannot be switched off.</summary>
public sealed record TlsSettings
{
    /// <summary>The system's certificate authorities and no client certificate.</summary>
    public static TlsSettings Default { get; } = new();

    /// <summary>PEM text of one or more CA certificates that replace the system's; empty for the system's.</summary>
    public string PrivateCa { get; init; } = "";

    /// <summary>PEM text of a client certificate (with its chain); empty for none.</summary>
    public string ClientCertificate { get; init; } = "";

    /// <summary>PEM text of the client certificate's unencrypted private key; a secret.</summary>
    public string ClientKey { get; init; } = "";

    /// <summary>Says what is wrong with the settings.</summary>
    /// <returns>A sentence for the caller, or null.</returns>
    public string? Violation()
    {
        try
        {
            ClientOptions("probe.invalid");
            return null;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return "The CA, client certificate or client key is not valid PEM, or the key does not fit the certificate.";
        }
    }

    /// <summary>Keeps the client key out of any text made of the record.</summary>
    /// <returns>Which of the settings are set.</returns>
    public override string ToString() =>
        $"TlsSettings {{ PrivateCa = {PrivateCa.Length > 0}, ClientCertificate = {ClientCertificate.Length > 0} }}";

    internal SslClientAuthenticationOptions ClientOptions(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy
            {
                // Fetching a missing intermediate would be an outbound call past the guard.
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };

        if (PrivateCa.Length > 0)
        {
            options.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPem(PrivateCa);
            if (options.CertificateChainPolicy.CustomTrustStore.Count == 0)
                throw new CryptographicException("No certificate in the PEM text.");
        }

        if (ClientCertificate.Length > 0)
        {
            var own = X509Certificate2.CreateFromPem(ClientCertificate, ClientKey);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(ClientCertificate);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true);
        }

        return options;
    }
}
