using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Running;

/// <summary>What a project's own settings say about its endpoints, and what its process is told.</summary>
internal static class ProjectSettings
{
    /// <summary>The endpoints in the settings beside the assembly.</summary>
    /// <param name="metadata">The project.</param>
    /// <param name="environment">Whose settings apply: Development.</param>
    public static IEnumerable<EndpointAnnotation> KestrelEndpoints(IProjectMetadata metadata, string environment)
    {
        var folder = metadata is IBuiltProjectMetadata built ? Path.GetDirectoryName(built.TargetPath)! : Path.GetDirectoryName(metadata.ProjectPath)!;
        var settings = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(folder, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(folder, $"appsettings.{environment}.json"), optional: true)
            .Build();
        var protocols = settings["Kestrel:EndpointDefaults:Protocols"];
        foreach (var endpoint in settings.GetSection("Kestrel:Endpoints").GetChildren())
        {
            if (endpoint["Url"] is not { } url)
                continue;
            var scheme = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
            var transport = (endpoint["Protocols"] ?? protocols) == "Http2" ? "http2" : null;
            yield return new EndpointAnnotation(ProtocolType.Tcp, scheme, transport, endpoint.Key) { FromKestrel = true };
        }
    }

    /// <summary>Sets the variables that every project's process gets.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="environment">Development.</param>
    /// <param name="configuration">Says where telemetry goes.</param>
    public static void AddEnvironment(EnvironmentCallbackContext context, string environment, IConfiguration configuration)
    {
        var variables = context.EnvironmentVariables;
        variables["ASPNETCORE_ENVIRONMENT"] = variables["DOTNET_ENVIRONMENT"] = environment;
        variables["OTEL_SERVICE_NAME"] = context.Resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={context.Resource.Name}";
        if ((configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]) is { Length: > 0 } collector)
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector;

        var owner = (IResourceWithEndpoints)context.Resource;
        var urls = new List<string>();
        foreach (var endpoint in owner.Annotations.OfType<EndpointAnnotation>())
        {
            var reference = new EndpointReference(owner, endpoint.Name);
            if (endpoint.FromKestrel)
                variables[$"Kestrel__Endpoints__{endpoint.Name}__Url"] = reference;
            else if (endpoint.PortVariable is null && endpoint.UriScheme is "http" or "https")
                urls.Add(reference.Url);
        }

        if (urls.Count > 0)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
    }
}
