using System.Collections.Frozen;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Who makes a call, as proven by an API key (SEC-8), and what the key allows.</summary>
public sealed class Caller
{
    private const string Write = ".write";
    private const string Read = ".read";

    private readonly FrozenSet<string> _scopes;

    /// <summary>Describes a caller; a service gets it from <see cref="CallContextExtensions"/>.</summary>
    /// <param name="id">The key's id: 12 characters, not secret.</param>
    /// <param name="scopes">Full names, such as <c>crm.write</c>; a <c>.write</c> contains the <c>.read</c> of its area (SEC-9).</param>
    public Caller(string id, IEnumerable<string> scopes)
    {
        Id = id;
        Actor = $"apikey:{id}";
        _scopes = scopes
            .SelectMany(scope => scope.EndsWith(Write, StringComparison.Ordinal) ? [scope, scope[..^Write.Length] + Read] : new[] { scope })
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The key's id.</summary>
    public string Id { get; }

    /// <summary>The caller's name in audit entries and as the owner of request ids: <c>apikey:7m3k9q2x5c8v</c>.</summary>
    public string Actor { get; }

    /// <summary>Whether the caller has a scope.</summary>
    /// <param name="scope">Its full name, such as <c>crm.admin</c>.</param>
    public bool HasScope(string scope) => _scopes.Contains(scope);
}
