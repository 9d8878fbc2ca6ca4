using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContactCenter.ServiceDefaults.Tls;

/// <summary>Encrypts what callers send (SEC-12), at every endpoint of Kestrel, whatever scheme its address names.</summary>
internal static class TlsSetup
{
    public static void AddTls(this IHostApplicationBuilder builder)
    {
        var isDevelopment = builder.Environment.IsDevelopment();
        builder.Services.AddOptions<TlsOptions>()
            .BindConfiguration(TlsOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<TlsOptions>, TimeProvider, ILogger<TlsFiles>>((kestrel, options, clock, logger) =>
        {
            var tls = options.Value;
            if (tls.FaultIn(isDevelopment) is { } fault)
                throw Refused(fault);
            var mode = tls.ModeIn(isDevelopment);
            if (mode is TlsMode.Off)
                return;
            var files = Open(tls, mode, clock, logger);
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(files.Current()),
            }));
        });
    }

    private static TlsFiles Open(TlsOptions tls, TlsMode mode, TimeProvider clock, ILogger<TlsFiles> logger)
    {
        try
        {
            return new TlsFiles(tls, mode is TlsMode.Mutual, clock, logger);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Refused($"Tls:Certificate, Tls:CertificateKey or Tls:ClientCa cannot be used: {failure.Message}");
        }
    }

    private static OptionsValidationException Refused(string message) => new(TlsOptions.Section, typeof(TlsOptions), [message]);
}
