using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Says what a resource needs.</summary>
public static class ResourceBuilderExtensions
{
    /// <summary>Sets an environment variable.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The variable.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? "");

    /// <summary>Sets an environment variable to an interpolated string.</summary>
    /// <inheritdoc cref="WithEnvironment{T}(IResourceBuilder{T}, string, string?)" />
    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, in ReferenceExpression.ExpressionInterpolatedStringHandler value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(name, value.Build());

    /// <summary>Sets an environment variable to a text with values in it.</summary>
    /// <inheritdoc cref="WithEnvironment{T}(IResourceBuilder{T}, string, string?)" />
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, ReferenceExpression value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = value);

    /// <summary>Sets an environment variable to an address.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The variable.</param>
    /// <param name="endpointReference">The address.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = endpointReference);

    /// <summary>Sets an environment variable to a parameter's value.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The variable.</param>
    /// <param name="parameter">The parameter.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);

    /// <summary>Sets environment variables just before each start.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">Sets them.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context =>
        {
            callback(context);
            return Task.CompletedTask;
        });

    /// <inheritdoc cref="WithEnvironment{T}(IResourceBuilder{T}, Action{EnvironmentCallbackContext})" />
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Func<EnvironmentCallbackContext, Task> callback)
        where T : IResourceWithEnvironment => builder.WithAnnotation(new EnvironmentCallbackAnnotation(callback));

    /// <summary>Adds command-line arguments.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="args">The arguments.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs => builder.WithArgs([.. args.Cast<object>()]);

    /// <summary>Adds command-line arguments: texts and values.</summary>
    /// <inheritdoc cref="WithArgs{T}(IResourceBuilder{T}, string[])" />
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params object[] args)
        where T : IResourceWithArgs => builder.WithArgs(context =>
        {
            foreach (var arg in args)
                context.Args.Add(arg);
        });

    /// <summary>Adds command-line arguments just before each start.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">Adds them.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, Action<CommandLineArgsCallbackContext> callback)
        where T : IResourceWithArgs => builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(context =>
        {
            callback(context);
            return Task.CompletedTask;
        }));

    /// <summary>Gives a resource the connection string of another one, as <c>ConnectionStrings__{name}</c>.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">Who gets it.</param>
    /// <param name="source">Whose it is.</param>
    /// <param name="connectionName">The name; that of the other one where null.</param>
    /// <param name="optional">Whether it may be missing.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var variable = resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName ?? resource.Name}";
        return builder.WithReferenceRelationship(resource).WithEnvironment(async context =>
        {
            if (!string.IsNullOrEmpty(await resource.GetConnectionStringAsync(context.CancellationToken)))
                context.EnvironmentVariables[variable] = resource;
            else if (!optional)
                throw new DistributedApplicationException($"'{resource.Name}' has no connection string. Configure ConnectionStrings__{resource.Name}.");
        });
    }

    /// <summary>Tells a resource where another one listens, as <c>services__{name}__{endpoint}__0</c>.</summary>
    /// <typeparam name="TDestination">The kind of resource.</typeparam>
    /// <param name="builder">Who is told.</param>
    /// <param name="source">Who listens.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithReferenceRelationship(source.Resource).WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
                context.EnvironmentVariables[$"services__{source.Resource.Name}__{endpoint.Name}__0"] = new EndpointReference(source.Resource, endpoint.Name);
        });

    /// <summary>Adds an address.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who listens.</param>
    /// <param name="port">The port; a free one where null.</param>
    /// <param name="targetPort">The port that the process, or the inside of the container, listens on; the same where null.</param>
    /// <param name="scheme">http, https or tcp; tcp where null.</param>
    /// <param name="name">Unique in the resource; the scheme where null.</param>
    /// <param name="env">The variable that tells the process the port.</param>
    /// <param name="isProxied">Kept for manifests: nothing is proxied here.</param>
    /// <param name="isExternal">Whether it is for clients outside the application.</param>
    /// <param name="protocol">TCP.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="DistributedApplicationException">The name is taken.</exception>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? scheme = null, string? name = null, string? env = null,
        bool? isProxied = null, bool? isExternal = null, ProtocolType? protocol = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(
            protocol ?? ProtocolType.Tcp, scheme ?? "tcp", null, name, port, targetPort, isExternal, isProxied)
        {
            PortVariable = env,
        };
        return builder.GetEndpoint(endpoint.Name).Exists
            ? throw new DistributedApplicationException($"'{builder.Resource.Name}' has two endpoints named '{endpoint.Name}'; give one of them another name.")
            : builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an address, or adds one.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who listens.</param>
    /// <param name="endpointName">The endpoint's name.</param>
    /// <param name="callback">Changes it.</param>
    /// <param name="createIfNotExists">Whether to add it if there is none; otherwise nothing happens.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback, bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        var reference = builder.GetEndpoint(endpointName);
        if (!reference.Exists && !createIfNotExists)
            return builder;
        if (!reference.Exists)
            builder.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, name: endpointName));
        callback(reference.EndpointAnnotation);
        return builder;
    }

    /// <summary>Adds an HTTP address; a project without declared endpoints listens there.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who listens.</param>
    /// <param name="port">The port; a free one where null.</param>
    /// <param name="targetPort">The port that the process listens on; the same where null.</param>
    /// <param name="name">Unique in the resource; http where null.</param>
    /// <param name="env">The variable that tells the process the port.</param>
    /// <param name="isProxied">Kept for manifests: nothing is proxied here.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints => builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    /// <summary>Names an address before it is known.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who listens.</param>
    /// <param name="name">The endpoint's name.</param>
    /// <returns>The address.</returns>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => new(builder.Resource, name);

    /// <summary>Starts a resource only when another one runs and is healthy.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who waits.</param>
    /// <param name="dependency">For whom.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitUntilHealthy));

    /// <summary>Starts a resource only when another one has ended with a certain exit code.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who waits.</param>
    /// <param name="dependency">For whom.</param>
    /// <param name="exitCode">The exit code.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport => builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitForCompletion, exitCode));

    /// <summary>Lets a registered health check say whether the resource is healthy.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="key">The check's name.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource => builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>The resource is healthy when it answers an HTTP GET.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="path">The path; / where null.</param>
    /// <param name="statusCode">The answer's status; 200 where null.</param>
    /// <param name="endpointName">The endpoint; http where null.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.GetEndpoint(endpointName ?? "http");
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{path ?? "/"}_{statusCode ?? 200}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, services => new HttpHealthCheck(services.GetRequiredService<IHttpClientFactory>(), endpoint, path ?? "/", statusCode ?? 200), null, null));
        return builder.WithHealthCheck(key);
    }

    /// <summary>The resource is started by command only.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource => builder.WithAnnotation(new ExplicitStartupAnnotation());

    /// <summary>Says that a resource refers to another one, which is then stopped after it.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">Who refers.</param>
    /// <param name="resource">To whom.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithReferenceRelationship<T>(this IResourceBuilder<T> builder, IResource resource)
        where T : IResource => builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, "Reference"));
}
