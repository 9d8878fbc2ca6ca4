using Xunit.v3;

namespace ContactCenter.Testing;

/// <summary>Names the rule of the specification that a test proves; <c>./test --rules</c> lists them.</summary>
/// <param name="id">The rule's id, such as <c>INS-12</c>.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RuleAttribute(string id) : Attribute, ITraitAttribute
{
    /// <summary>The rule's id.</summary>
    public string Id { get; } = id;

    /// <inheritdoc />
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Rule", Id)];
}
