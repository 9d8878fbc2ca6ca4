using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Tells whoever started the application what happens, in lines on the console; in colour only on a terminal.</summary>
internal sealed class StartupReport
{
    private const int NameWidth = 22;

    private readonly Lock _lock = new();
    private readonly bool _colour = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    /// <summary>A process runs and is healthy.</summary>
    public void Ready(IResource resource, TimeSpan after) => Write(resource.Name, "32",
        string.Create(CultureInfo.InvariantCulture, $"ready after {after.TotalSeconds:0.0} s   {Addresses(resource)}").TrimEnd());

    /// <summary>A process ended with an error and is started again.</summary>
    public void Crashed(IResource resource, int code, TimeSpan again, IReadOnlyList<string> lastLines) => Write(resource.Name, "33",
        string.Create(CultureInfo.InvariantCulture, $"exited with code {code}; starts again in {again.TotalSeconds:0.#} s. {LastLines(lastLines)}"));

    /// <summary>A resource cannot run.</summary>
    public void Failed(IResource resource, string why) => Write(resource.Name, "31", $"did not start: {why}");

    /// <summary>A process did not end when asked to.</summary>
    public void Killed(IResource resource, TimeSpan limit) => Write(resource.Name, "33",
        string.Create(CultureInfo.InvariantCulture, $"had to be killed: it did not end within {limit.TotalSeconds:0} s, or was in the way of a second Ctrl-C."));

    /// <summary>All that starts by itself has started, or will not.</summary>
    public void Started(IEnumerable<IResource> resources, string? dashboard)
    {
        lock (_lock)
        {
            Console.WriteLine();
            if (dashboard is not null)
                Console.WriteLine($"{"dashboard",-NameWidth} {dashboard}");
            foreach (var resource in resources.OfType<ProjectResource>())
                Console.WriteLine($"{resource.Name,-NameWidth} {(resource.Annotations.OfType<ExplicitStartupAnnotation>().Any() ? "not started; the dashboard can start it" : Addresses(resource))}");
            Console.WriteLine("Ctrl-C stops everything.");
            Console.WriteLine();
        }
    }

    /// <summary>Everything is about to be stopped.</summary>
    public void Stopping()
    {
        lock (_lock)
            Console.WriteLine("Stopping everything; Ctrl-C again kills what is left.");
    }

    private static string LastLines(IReadOnlyList<string> lines) =>
        lines.Count == 0 ? "It wrote nothing." : $"Its last lines:{string.Concat(lines.Select(line => $"\n    {line}"))}";

    private static string Addresses(IResource resource) => string.Join("   ", resource.Annotations.OfType<EndpointAnnotation>()
        .Select(endpoint => $"{endpoint.Name} {endpoint.AllocatedEndpoint?.UriString}"));

    private void Write(string name, string colour, string text)
    {
        lock (_lock)
            Console.WriteLine(_colour ? $"\e[{colour}m{name,-NameWidth}\e[0m {text}" : $"{name,-NameWidth} {text}");
    }
}
