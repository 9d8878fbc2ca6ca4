using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;

namespace Aspire.Hosting.Running;

/// <summary>Works out what a resource's process is started with.</summary>
internal static class ProcessStarts
{
    /// <summary>Asks everybody who has something to say about the process.</summary>
    /// <exception cref="DistributedApplicationException">Something is missing; the message says what to do.</exception>
    public static async Task<(ProcessStart Start, IReadOnlyList<DashboardVariable> Variables)> CreateAsync(
        IResource resource, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var environment = new EnvironmentCallbackContext(execution, resource, cancellationToken: cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(environment);
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.PortVariable is not null))
            environment.EnvironmentVariables[endpoint.PortVariable!] = TargetPort(endpoint).ToString(CultureInfo.InvariantCulture);

        var variables = new List<DashboardVariable>();
        foreach (var (name, value) in environment.EnvironmentVariables)
            variables.Add(new DashboardVariable(name, await ResolveAsync(value, cancellationToken), References.IsSecret(value)));

        var arguments = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(arguments);
        var texts = new List<string>();
        foreach (var argument in arguments.Args)
            texts.Add(await ResolveAsync(argument, cancellationToken));

        var values = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        return (resource switch
        {
            ProjectResource project => OfProject(project, texts, values),
            ContainerResource container => OfContainer(container, texts, values),
            ExecutableResource executable => new ProcessStart(executable.Command, texts, executable.WorkingDirectory, values),
            _ => throw new InvalidOperationException($"'{resource.Name}' has no process."),
        }, variables);
    }

    private static ProcessStart OfProject(ProjectResource project, List<string> arguments, Dictionary<string, string> environment)
    {
        var metadata = project.Annotations.OfType<IBuiltProjectMetadata>().Single();
        if (!File.Exists(metadata.TargetPath))
            throw new DistributedApplicationException($"{metadata.TargetPath} is not there. Build it: dotnet build {metadata.ProjectPath}");
        var dotnet = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return new ProcessStart(dotnet, [metadata.TargetPath, .. arguments], Path.GetDirectoryName(metadata.ProjectPath)!, environment);
    }

    // The container's life is that of the client in the foreground, which passes signals on. A container of the same name
    // is left over from a client that was killed.
    private static ProcessStart OfContainer(ContainerResource container, List<string> arguments, Dictionary<string, string> environment)
    {
        var image = container.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException($"The container '{container.Name}' has no image; say which with WithImage.");
        var name = $"{AppDomain.CurrentDomain.FriendlyName}-{container.Name}".ToLowerInvariant();
        List<string> run = ["run", "--rm", "--name", name];
        foreach (var endpoint in container.Annotations.OfType<EndpointAnnotation>())
            run.AddRange(["--publish", $"127.0.0.1:{endpoint.AllocatedEndpoint!.Port}:{TargetPort(endpoint)}"]);
        foreach (var mount in container.Annotations.OfType<ContainerMountAnnotation>())
            run.AddRange(["--volume", $"{mount.Source}:{mount.Target}"]);
        // By name only: the client takes the values from its own environment, so that no secret is on a command line.
        foreach (var variable in environment.Keys)
            run.AddRange(["--env", variable]);
        if (container.Entrypoint is { } entrypoint)
            run.AddRange(["--entrypoint", entrypoint]);
        run.Add(image.Tag is { } tag ? $"{image.Image}:{tag}" : image.Image);
        const string Script = "docker rm --force \"$1\" >/dev/null 2>&1; shift; exec docker \"$@\"";
        return new ProcessStart("bash", ["-c", Script, "docker", name, .. run, .. arguments], Environment.CurrentDirectory, environment);
    }

    private static int TargetPort(EndpointAnnotation endpoint) => endpoint.TargetPort ?? endpoint.AllocatedEndpoint!.Port;

    private static async ValueTask<string> ResolveAsync(object value, CancellationToken cancellationToken) =>
        (value is IValueProvider provider ? await provider.GetValueAsync(cancellationToken) : Convert.ToString(value, CultureInfo.InvariantCulture)) ?? "";
}
