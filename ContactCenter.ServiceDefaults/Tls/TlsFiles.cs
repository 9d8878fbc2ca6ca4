using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults.Tls;

/// <summary>
/// The certificates as the files have them now: each new connection looks at most 15 s after the last look whether they
/// changed; connections made before go on. Files that cannot be read, such as half written ones, change nothing.
/// </summary>
internal sealed partial class TlsFiles
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(15);

    private readonly TlsOptions _options;
    private readonly bool _isMutual;
    private readonly TimeProvider _clock;
    private readonly ILogger<TlsFiles> _logger;
    private readonly Lock _lock = new();
    private SslServerAuthenticationOptions _current;
    private byte[] _contents;
    private long _looked;

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file holds no certificate or no key, or they do not fit.</exception>
    public TlsFiles(TlsOptions options, bool isMutual, TimeProvider clock, ILogger<TlsFiles> logger)
    {
        (_options, _isMutual, _clock, _logger) = (options, isMutual, clock, logger);
        _looked = clock.GetTimestamp();
        _contents = ContentsHash();
        _current = Load();
    }

    private string KeyFile => _options.CertificateKey is { Length: > 0 } file ? file : _options.Certificate!;

    /// <summary>What a new connection is negotiated with.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_lock)
        {
            if (_clock.GetElapsedTime(_looked) < LookInterval)
                return _current;
            _looked = _clock.GetTimestamp();
            try
            {
                var contents = ContentsHash();
                if (!contents.AsSpan().SequenceEqual(_contents))
                {
                    // The certificate in use is left to the connections that use it.
                    _current = Load();
                    _contents = contents;
                    LogChanged(_options.Certificate!);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
            {
                LogNotRead(failure, _options.Certificate!);
            }

            return _current;
        }
    }

    // The times of files say little where a platform swaps links.
    private byte[] ContentsHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in new[] { _options.Certificate!, KeyFile, _isMutual ? _options.ClientCa! : null }.OfType<string>())
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        return hash.GetHashAndReset();
    }

    private SslServerAuthenticationOptions Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_options.Certificate!, KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_options.Certificate!);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = _isMutual,
        };
        if (_isMutual)
            options.CertificateChainPolicy = ClientPolicy();
        return options;
    }

    private X509ChainPolicy ClientPolicy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.2", "TLS client") },
        };
        policy.CustomTrustStore.ImportFromPemFile(_options.ClientCa!);
        return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException($"{_options.ClientCa} holds no certificate.");
    }

    [LoggerMessage(1, LogLevel.Information, "New connections use the changed certificate {File}")]
    private partial void LogChanged(string file);

    [LoggerMessage(2, LogLevel.Warning, "The changed certificate {File} cannot be used; new connections use the one before")]
    private partial void LogNotRead(Exception failure, string file);
}
