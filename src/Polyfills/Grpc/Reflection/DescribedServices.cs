using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Reflection;

/// <summary>The descriptions of all services that the application has mapped, and of the files that these need.</summary>
internal sealed class DescribedServices
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);

    public DescribedServices(EndpointDataSource endpoints)
    {
        var services = endpoints.Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
            .OfType<Type>()
            .Distinct()
            .Select(FindDescriptor)
            .OfType<ServiceDescriptor>()
            .Distinct()
            .ToList();
        foreach (var service in services)
            Add(service.File);
        Names = [.. services.Select(service => service.FullName).Order(StringComparer.Ordinal)];
    }

    /// <summary>The full names of the services.</summary>
    internal IReadOnlyList<string> Names { get; }

    internal bool TryFindFile(string name, [NotNullWhen(true)] out FileDescriptor? file) => _files.TryGetValue(name, out file);

    internal bool TryFindSymbol(string name, [NotNullWhen(true)] out FileDescriptor? file) => _symbols.TryGetValue(name, out file);

    /// <summary>A file and all that it depends on, each once, serialised.</summary>
    internal static IEnumerable<ByteString> WithDependencies(FileDescriptor file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<FileDescriptor>([file]);
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next.Name))
                continue;
            yield return next.SerializedData;
            foreach (var dependency in next.Dependencies)
                open.Push(dependency);
        }
    }

    /// <summary>The descriptor that stands beside the generated base class of a service.</summary>
    private static ServiceDescriptor? FindDescriptor(Type service)
    {
        for (var type = service; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute)
                return attribute.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
        }

        return null;
    }

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
            return;

        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods)
                _symbols[method.FullName] = file;
        }

        foreach (var message in file.MessageTypes)
            Add(message, file);
        foreach (var type in file.EnumTypes)
            Add(type, file);
        foreach (var dependency in file.Dependencies)
            Add(dependency);
    }

    private void Add(MessageDescriptor message, FileDescriptor file)
    {
        _symbols[message.FullName] = file;
        foreach (var field in message.Fields.InDeclarationOrder())
            _symbols[field.FullName] = file;
        foreach (var nested in message.NestedTypes)
            Add(nested, file);
        foreach (var type in message.EnumTypes)
            Add(type, file);
    }

    private void Add(EnumDescriptor type, FileDescriptor file)
    {
        _symbols[type.FullName] = file;
        foreach (var value in type.Values)
            _symbols[value.FullName] = file;
    }
}
