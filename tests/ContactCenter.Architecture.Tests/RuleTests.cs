using System.Text.RegularExpressions;

namespace ContactCenter.Architecture.Tests;

/// <summary>Tests name the rules they prove, and migrations keep their numbers.</summary>
public sealed partial class RuleTests
{
    [Fact]
    public void Every_rule_that_a_test_names_stands_in_the_specification()
    {
        var specification = Environment.GetEnvironmentVariable("CONTACTCENTER_SPEC") ?? Path.Combine(Repository.Root, "..", "shared", "spec");
        if (!Directory.Exists(specification)) Assert.Skip($"The specification is not beside the repository ({specification}).");
        var known = Directory.EnumerateFiles(specification, "*.md")
            .SelectMany(file => RuleId().Matches(File.ReadAllText(file)).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);

        var unknown = from file in Repository.Files("*.cs")
                      where file.StartsWith("tests", StringComparison.Ordinal)
                      from Match match in RuleAttribute().Matches(Repository.Read(file))
                      let id = match.Groups["id"].Value
                      where !known.Contains(id)
                      select $"{file}: {id}";

        Assert.Empty(unknown);
    }

    [Fact]
    [Rule("DUR-1")]
    public void Migrations_are_numbered_from_0001_without_gaps_or_twins()
    {
        var folders = Repository.Files("*.sql").GroupBy(Path.GetDirectoryName).Where(files => Path.GetFileName(files.Key) == "Migrations").ToList();

        Assert.NotEmpty(folders);
        Assert.All(folders, files => Assert.Equal(
            Enumerable.Range(1, files.Count()),
            files.Select(file => MigrationNumber().Match(Path.GetFileName(file)) is { Success: true } match ? int.Parse(match.Groups["number"].Value, null) : 0).Order()));
    }

    [GeneratedRegex(@"\b[A-Z]{3}-[0-9]+\b")]
    private static partial Regex RuleId();

    [GeneratedRegex(@"Rule\(""(?<id>[^""]+)""\)")]
    private static partial Regex RuleAttribute();

    [GeneratedRegex(@"^(?<number>\d{4})_[a-z0-9_]+\.sql$")]
    private static partial Regex MigrationNumber();
}
