namespace ContactCenter.ServiceDefaults.Tls;

/// <summary>What callers' connections are.</summary>
internal enum TlsMode
{
    /// <summary>Plain text; outside Development only with <see cref="TlsOptions.AllowPlaintext"/>.</summary>
    Off,

    /// <summary>TLS with the service's certificate.</summary>
    Tls,

    /// <summary>TLS in which callers have to show a certificate too.</summary>
    Mutual,
}

/// <summary>Settings under <c>Tls</c> (SEC-12).</summary>
internal sealed class TlsOptions
{
    public const string Section = "Tls";

    /// <summary>Default: Off in Development, else Tls.</summary>
    public TlsMode? Mode { get; set; }

    /// <summary>PEM file: the service's certificate, then those between it and a root, if any.</summary>
    public string? Certificate { get; set; }

    /// <summary>PEM file of the certificate's private key, unencrypted; default: the file of the certificate.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>PEM file: the roots that callers' certificates must come from.</summary>
    public string? ClientCa { get; set; }

    /// <summary>Says that something else, such as a mesh, encrypts what comes in.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>What forbids the start; null if nothing does.</summary>
    public string? FaultIn(bool isDevelopment) => ModeIn(isDevelopment) switch
    {
        TlsMode.Off when !isDevelopment && !AllowPlaintext =>
            "Tls:Mode is Off, so API keys would travel in plain text. Set Tls:Mode to Tls or Mutual with Tls:Certificate, or, where a mesh encrypts, set Tls:AllowPlaintext to true.",
        TlsMode.Tls or TlsMode.Mutual when string.IsNullOrEmpty(Certificate) =>
            $"Tls:Mode is {ModeIn(isDevelopment)} but Tls:Certificate is not set. Set it to the PEM file of the service's certificate (and Tls:CertificateKey to that of its key), or, where a mesh encrypts, set Tls:Mode to Off and Tls:AllowPlaintext to true.",
        TlsMode.Mutual when string.IsNullOrEmpty(ClientCa) =>
            "Tls:Mode is Mutual but Tls:ClientCa is not set. Set it to the PEM file of the roots that callers' certificates come from.",
        _ => null,
    };

    public TlsMode ModeIn(bool isDevelopment) => Mode ?? (isDevelopment ? TlsMode.Off : TlsMode.Tls);
}
