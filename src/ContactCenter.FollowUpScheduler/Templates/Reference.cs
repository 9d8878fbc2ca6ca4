namespace ContactCenter.FollowUpScheduler.Templates;

/// <summary>A reference to a value, such as <c>@{followup.data.tags[1]|none}</c> (FUP-29).</summary>
/// <param name="Scope">followup, local, global, user or channel.</param>
/// <param name="Name">The first part of the path.</param>
/// <param name="Path">The further parts: names and keys as text, indexes as numbers.</param>
/// <param name="Default">What a missing value is replaced with; null for nothing.</param>
/// <param name="Position">Where it begins in its template, from 1.</param>
public sealed record Reference(string Scope, string Name, IReadOnlyList<object> Path, string? Default, int Position)
{
    /// <summary>Scope and name, as values are kept.</summary>
    public string Key { get; } = $"{Scope}.{Name}";

    /// <summary>Scope, name and the number of further parts; for findings.</summary>
    /// <returns>Such as <c>followup.data</c>.</returns>
    public override string ToString() => Key;
}

/// <summary>What is wrong with a template.</summary>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="Position">Which character, from 1.</param>
public sealed record TemplateProblem(string Message, int Position);
