namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A program of this machine.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="command">The program: a path, or a name to look for in PATH.</param>
    /// <param name="workingDirectory">The folder it runs in.</param>
    public class ExecutableResource(string name, string command, string workingDirectory)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
    {
        /// <summary>The program: a path, or a name to look for in PATH.</summary>
        public string Command { get; } = command;

        /// <summary>The folder it runs in.</summary>
        public string WorkingDirectory { get; } = workingDirectory;
    }

    /// <summary>A .NET project of the solution.</summary>
    /// <param name="name">Unique in the application.</param>
    public class ProjectResource(string name)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

    /// <summary>A container.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="entrypoint">The program inside; the image's own where null.</param>
    public class ContainerResource(string name, string? entrypoint = null)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
    {
        /// <summary>The program inside; the image's own where null.</summary>
        public string? Entrypoint { get; set; } = entrypoint;
    }

    /// <summary>A value that comes from outside: from configuration, or generated.</summary>
    public class ParameterResource : Resource, IExpressionValue
    {
        private readonly Lazy<string> _value;

        /// <summary>Names a value.</summary>
        /// <param name="name">Unique in the application.</param>
        /// <param name="callback">Finds the value; called once.</param>
        /// <param name="secret">Whether it must not be shown.</param>
        public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
        {
            _value = new(() => callback(Default));
            Secret = secret;
        }

        /// <summary>Used when nothing is configured.</summary>
        public ParameterDefault? Default { get; set; }

        /// <summary>Whether it must not be shown.</summary>
        public bool Secret { get; }

        /// <inheritdoc />
        public string ValueExpression => $"{{{Name}.value}}";

        /// <inheritdoc />
        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);
    }

    /// <summary>Makes a parameter's value when nothing is configured.</summary>
    public abstract class ParameterDefault
    {
        /// <summary>Makes the value.</summary>
        /// <returns>The value.</returns>
        public abstract string GetDefaultValue();
    }
}

namespace Aspire.Hosting
{
    /// <summary>A resource that others find by its name.</summary>
    public interface IResourceWithServiceDiscovery : ApplicationModel.IResourceWithEndpoints;

    /// <summary>A connection string that is made of other values.</summary>
    /// <param name="name">Unique in the application.</param>
    /// <param name="connectionStringExpression">The connection string.</param>
    public sealed class ConnectionStringResource(string name, ApplicationModel.ReferenceExpression connectionStringExpression)
        : ApplicationModel.Resource(name), ApplicationModel.IResourceWithConnectionString, ApplicationModel.IResourceWithWaitSupport
    {
        /// <inheritdoc />
        public ApplicationModel.ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
    }

    /// <summary>A project of the solution; the build makes one type <c>Projects.Name</c> for each.</summary>
    public interface IProjectMetadata : ApplicationModel.IResourceAnnotation
    {
        /// <summary>The project file.</summary>
        string ProjectPath { get; }
    }

    /// <summary>A project of the solution and what its build made. Only generated code knows this type.</summary>
    public interface IBuiltProjectMetadata : IProjectMetadata
    {
        /// <summary>The assembly.</summary>
        string TargetPath { get; }
    }
}
