using System.Text.RegularExpressions;

namespace ContactCenter.Architecture.Tests;

/// <summary>What keeps the sources pleasant: size, names, no leftovers.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 500;

    private static readonly string[] BannedSuffixes = ["Manager", "Helper", "Helpers", "Utils", "Util", "Impl", "Dto", "Wrapper"];

    [Fact]
    public void No_source_file_is_longer_than_500_lines()
    {
        var tooLong = from pattern in new[] { "*.cs", "*.sql", "*.proto", "*.js" }
                      from file in Repository.Files(pattern)
                      let lines = File.ReadLines(Path.Combine(Repository.Root, file)).Count()
                      where lines > LongestFile
                      select $"{file}: {lines} lines";

        Assert.Empty(tooLong);
    }

    [Fact]
    public void AppHost_is_wiring_of_at_most_120_lines_and_every_service_starts_in_20()
    {
        Assert.InRange(Repository.Read("ContactCenter.AppHost/AppHost.cs").Split('\n').Length, 1, 121);
        Assert.All(Repository.Files("Program.cs").Where(file => file.StartsWith("src", StringComparison.Ordinal)), file =>
            Assert.InRange(Repository.Read(file).Split('\n').Length, 1, 21));
    }

    [Fact]
    public void No_type_carries_a_banned_suffix()
    {
        var banned = from file in Repository.Files("*.cs")
                     where !file.Contains("Polyfills", StringComparison.Ordinal)
                     from Match match in TypeDeclaration().Matches(Repository.Read(file))
                     let name = match.Groups["name"].Value
                     where BannedSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))
                     select $"{file}: {name}";

        Assert.Empty(banned);
    }

    [Fact]
    public void Nothing_unfinished_is_left_in_the_sources()
    {
        var unfinished = from file in Repository.Files("*.cs")
                         where !file.Contains("Architecture.Tests", StringComparison.Ordinal)
                         from line in Repository.Read(file).Split('\n')
                         where Unfinished().IsMatch(line)
                         select $"{file}: {line.Trim()}";

        Assert.Empty(unfinished);
    }

    [Fact]
    public void Shared_projects_say_in_a_README_what_they_are_for()
    {
        string[] shared = ["src/ContactCenter.Durable", "src/ContactCenter.Egress", "src/Polyfills/Grpc", "src/Polyfills/Aspire", "src/Polyfills/Aspire.Redis"];

        Assert.All(shared, folder => Assert.True(File.Exists(Path.Combine(Repository.Root, folder, "README.md")), $"{folder}/README.md is missing"));
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK|XXX)\b|Skip\s*=\s*""")]
    private static partial Regex Unfinished();
}
