using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds programs of this machine.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a program.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <param name="command">The program: a path, or a name to look for in PATH.</param>
    /// <param name="workingDirectory">The folder it runs in; a relative one begins in the program's project.</param>
    /// <param name="args">Its arguments.</param>
    /// <returns>The resource.</returns>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory))).WithArgs(args ?? []);
}

/// <summary>Adds projects of the solution.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project. What its settings declare as <c>Kestrel:Endpoints</c> become its endpoints.</summary>
    /// <typeparam name="TProject">A type <c>Projects.Name</c> that the build makes of a project reference.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <returns>The resource.</returns>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        foreach (var endpoint in ProjectSettings.KestrelEndpoints(metadata, builder.Environment.EnvironmentName))
            project.WithAnnotation(endpoint);
        return project.WithEnvironment(context => ProjectSettings.AddEnvironment(context, builder.Environment.EnvironmentName, builder.Configuration));
    }
}

/// <summary>Adds values that come from outside.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a value that is configured as <c>Parameters:{name}</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <returns>The parameter.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, fallback => Configured(builder, name) ?? fallback?.GetDefaultValue()
            ?? throw new DistributedApplicationException($"The parameter '{name}' has no value. Configure Parameters__{name.Replace('-', '_')}."), secret));

    /// <summary>Adds a value.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <param name="value">The value, unless another one is configured as <c>Parameters:{name}</c>.</param>
    /// <param name="publishValueAsDefault">Kept for manifests.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <returns>The parameter.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? value, secret));

    /// <summary>Adds a connection string that is configured as <c>ConnectionStrings:{name}</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <param name="environmentVariableName">The variable that clients get it in; null for <c>ConnectionStrings__{name}</c>.</param>
    /// <returns>The connection string.</returns>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.AddResource(new ConfiguredConnectionString(name, builder.Configuration, environmentVariableName));

    // A hyphen cannot be part of an environment variable's name in a shell.
    private static string? Configured(IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"];
}

/// <summary>Adds connection strings that are made of other values.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>Adds a connection string.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <param name="connectionStringExpression">The connection string.</param>
    /// <returns>The resource.</returns>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
        builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
}

internal sealed class ConfiguredConnectionString(string name, IConfiguration configuration, string? variable)
    : Resource(name), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{configuration.GetConnectionString(Name) ?? throw new DistributedApplicationException(
        $"The connection string '{Name}' is missing. Configure ConnectionStrings__{Name}.")}");

    public string? ConnectionStringEnvironmentVariable => variable;
}

/// <summary>Adds containers.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>Adds a container.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique in the application.</param>
    /// <param name="image">The image.</param>
    /// <param name="tag">The image's tag.</param>
    /// <returns>The resource.</returns>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image, string tag) =>
        builder.AddResource(new ContainerResource(name)).WithImage(image, tag);

    /// <summary>Chooses the image.</summary>
    /// <typeparam name="T">The kind of container.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="image">The image.</param>
    /// <param name="tag">Its tag.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null) where T : ContainerResource =>
        builder.WithAnnotation(new ContainerImageAnnotation { Image = image, Tag = tag }, ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Keeps a folder of the container in a volume.</summary>
    /// <typeparam name="T">The kind of container.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="name">The volume's name; made of the container's where null.</param>
    /// <param name="target">The folder inside.</param>
    /// <param name="isReadOnly">Not supported here.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource => isReadOnly
        ? throw new DistributedApplicationException("A read-only volume needs the official Aspire packages.")
        : builder.WithAnnotation(new ContainerMountAnnotation(name ?? $"{builder.ApplicationBuilder.Environment.ApplicationName}-{builder.Resource.Name}-data".ToLowerInvariant(), target));

    internal static IResourceBuilder<T> WithContainerPort<T>(this IResourceBuilder<T> builder, int? port, int targetPort) where T : ContainerResource =>
        builder.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, "tcp", null, "tcp", port, targetPort));
}
