using System.Runtime.CompilerServices;

namespace ContactCenter.Testing;

/// <summary>Services that tests start talk plain text over loopback unless a test gives them a certificate (SEC-12).</summary>
internal static class PlaintextByDefault
{
#pragma warning disable CA2255 // The setting has to stand before the first host of the process reads its environment.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Set()
    {
        Environment.SetEnvironmentVariable("Tls__Mode", "Off");
        Environment.SetEnvironmentVariable("Tls__AllowPlaintext", "true");
    }
}
