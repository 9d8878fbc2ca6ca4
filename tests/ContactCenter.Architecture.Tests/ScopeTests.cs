using System.Reflection;
using ContactCenter.Access.V1;
using Google.Protobuf.Reflection;

namespace ContactCenter.Architecture.Tests;

/// <summary>Every method of every contract says what a caller needs.</summary>
public sealed class ScopeTests
{
    private static readonly string[] CommonScopes = ["read", "write", "operate", "admin"];

    private static readonly List<MethodDescriptor> Methods =
    [
        .. typeof(ScopeExtensions).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>()
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods),
    ];

    [Fact]
    [Rule("SEC-9")]
    public void Every_method_declares_a_scope_of_its_area()
    {
        Assert.NotEmpty(Methods);
        Assert.Empty(from method in Methods
                     let scope = method.GetOptions()?.GetExtension(ScopeExtensions.Scope) ?? ""
                     let area = method.File.Package.Split('.')[1]
                     where !CommonScopes.Contains(scope) && !scope.StartsWith($"{area}.", StringComparison.Ordinal)
                     select $"{method.FullName} declares '{scope}'");
    }

    [Fact]
    [Rule("SEC-9")]
    public void No_method_that_changes_something_by_its_name_is_content_with_the_scope_read()
    {
        string[] changing = ["Create", "Update", "Delete", "Set", "Revoke", "Rotate", "Cancel", "Replay", "Discard", "Run", "Pause", "Resume", "Start", "Reset"];

        Assert.Empty(from method in Methods
                     where changing.Any(verb => method.Name.StartsWith(verb, StringComparison.Ordinal))
                     where method.GetOptions()?.GetExtension(ScopeExtensions.Scope) is "read"
                     select $"{method.FullName} changes something with the scope read");
    }
}
