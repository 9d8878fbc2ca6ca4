using System.ComponentModel;
using System.Diagnostics;

namespace ContactCenter.AppHost.Backing;

/// <summary>What the servers behind the suite are.</summary>
internal enum BackingMode
{
    /// <summary>Containers; the default where a container engine answers.</summary>
    Containers,

    /// <summary>Child processes, from the system's packages; the default elsewhere.</summary>
    Native,

    /// <summary>Servers that run anyhow, named by connection strings: <c>ConnectionStrings:postgres</c> and so on.</summary>
    External,
}

/// <summary>The choice of what the backing servers are, and what they share.</summary>
/// <param name="Builder">The application.</param>
/// <param name="Mode">What the servers are.</param>
/// <param name="Data">Where native servers keep data, and where secrets are kept.</param>
internal sealed record BackingServers(IDistributedApplicationBuilder Builder, BackingMode Mode, DataFolder Data)
{
    private readonly Dictionary<string, IResourceBuilder<ParameterResource>> _secrets = new(StringComparer.Ordinal);

    /// <summary>Reads <c>Backing:Mode</c>, or looks whether a container engine answers; ends the program if it is none of the three.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="data">The folder for data and secrets.</param>
    public static BackingServers Choose(IDistributedApplicationBuilder builder, DataFolder data) => new(
        builder,
        builder.Configuration["Backing:Mode"] switch
        {
            null or "" => EngineAnswers() ? BackingMode.Containers : BackingMode.Native,
            var text when Enum.TryParse<BackingMode>(text, ignoreCase: true, out var mode) && Enum.IsDefined(mode) => mode,
            var text => throw SuiteRun.Refuse($"Backing:Mode is {text}; it must be Containers, Native or External."),
        },
        data);

    /// <summary>A secret as a parameter of the application, made on the first run.</summary>
    /// <param name="name">The parameter's name.</param>
    public IResourceBuilder<ParameterResource> Secret(string name) =>
        _secrets.TryGetValue(name, out var known)
            ? known
            : _secrets[name] = Builder.AddParameter(name, Data.Secret(name), secret: true);

    private static bool EngineAnswers()
    {
        try
        {
            using var docker = Process.Start(new ProcessStartInfo("docker", "info") { RedirectStandardOutput = true, RedirectStandardError = true });
            if (docker is null) return false;
            if (docker.WaitForExit(TimeSpan.FromSeconds(10))) return docker.ExitCode == 0;
            docker.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
