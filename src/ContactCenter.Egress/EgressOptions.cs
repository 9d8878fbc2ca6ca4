using System.ComponentModel.DataAnnotations;
using ContactCenter.Egress.Guard;
using Microsoft.Extensions.Configuration;

namespace ContactCenter.Egress;

/// <summary>What is reachable without an allow-list entry.</summary>
public enum EgressMode
{
    /// <summary>Public addresses on the usual ports.</summary>
    PublicAllowed,

    /// <summary>Nothing (EGR-4).</summary>
    AllowListOnly,
}

/// <summary>The section <c>Egress</c> of the configuration.</summary>
public sealed record EgressOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Egress";

    /// <summary>What is reachable without an entry; default PublicAllowed.</summary>
    public EgressMode Mode { get; init; }

    /// <summary>Entries as <see cref="AllowEntry"/> reads them; default none.</summary>
    public IReadOnlyList<string> AllowList { get; init; } = [];

    /// <summary>By how many replicas rates and budgets are divided while Redis is away (EGR-21); 1 to 100, default 3.</summary>
    public int AssumedReplicas { get; init; } = 3;

    /// <summary>Further names whose values are masked in logs and stored answers (SEC-4); default none.</summary>
    public IReadOnlyList<string> RedactedNames { get; init; } = [];

    /// <summary>Reads and checks the section.</summary>
    /// <param name="configuration">The root of the configuration.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ValidationException">A value is out of range or a key unknown; names key, value and range.</exception>
    public static EgressOptions Read(IConfiguration configuration)
    {
        var section = new SectionReader(configuration, Section);
        section.RefuseUnknownKeys(nameof(Mode), nameof(AllowList), nameof(AssumedReplicas), nameof(RedactedNames));
        return new EgressOptions
        {
            Mode = section.Choice(nameof(Mode), EgressMode.PublicAllowed),
            AllowList = section.List(
                nameof(AllowList),
                text => AllowEntry.Parse(text) is not null,
                "a host, *.suffix or CIDR, each with :port or :port,port"),
            AssumedReplicas = section.Number(nameof(AssumedReplicas), 3, 1, 100),
            RedactedNames = section.List(nameof(RedactedNames), HeaderRules.IsToken, "a field name"),
        };
    }
}
