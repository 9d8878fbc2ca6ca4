using System.Text;
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

    // This and the next two are what no build enforces of the style in .editorconfig.
    [Fact]
    public void Lines_end_with_a_line_feed_alone_the_last_one_too_and_no_file_begins_with_a_byte_order_mark()
    {
        var odd = from pattern in new[] { "*.cs", "*.sql", "*.proto", "*.js", "*.css", "*.html", "*.props", "*.targets", "*.csproj" }
                  from file in Repository.Files(pattern)
                  let text = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Repository.Root, file)))
                  where OddLineEnd().IsMatch(text) || !text.EndsWith('\n') || text.StartsWith('\uFEFF')
                  select file;

        Assert.Empty(odd);
    }

    [Fact]
    public void Using_directives_are_in_order_those_of_System_first()
    {
        var disordered = from file in Repository.Files("*.cs")
                         let directives = UsingDirective().Matches(Repository.Read(file)).Select(KeyOf).ToList()
                         where !directives.SequenceEqual(directives.Order(StringComparer.Ordinal))
                         select file;

        Assert.Empty(disordered);

        // Namespaces, then static classes, then aliases; part by part, so that a space stands for the dot.
        static string KeyOf(Match directive)
        {
            var (name, isStatic, alias) = (directive.Groups["name"].Value, directive.Groups["static"].Success, directive.Groups["alias"]);
            var isSystem = name.Split('.')[0] == "System" && !alias.Success;
            return $"{(alias.Success ? 2 : isStatic ? 1 : 0)} {(isSystem ? 0 : 1)} {(alias.Success ? alias.Value : name).Replace('.', ' ').ToUpperInvariant()}";
        }
    }

    [Fact]
    public void No_field_is_named_with_this()
    {
        var qualified = from file in Repository.Files("*.cs")
                        from line in Repository.Read(file).Split('\n')
                        where FieldOfThis().IsMatch(line)
                        select $"{file}: {line.Trim()}";

        Assert.Empty(qualified);
    }

    [Fact]
    public void Shared_projects_say_in_a_README_what_they_are_for()
    {
        string[] shared = ["src/ContactCenter.Durable", "src/ContactCenter.Egress", "src/Polyfills/Grpc", "src/Polyfills/Aspire", "src/Polyfills/Aspire.Redis"];

        Assert.All(shared, folder => Assert.True(File.Exists(Path.Combine(Repository.Root, folder, "README.md")), $"{folder}/README.md is missing"));
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^(global )?using (?<static>static )?((?<alias>\w+) = )?(?<name>[\w.]+)[^;=(]*;\r?$", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\r|[ \t]$", RegexOptions.Multiline)]
    private static partial Regex OddLineEnd();

    // What is called may need it, where a local function has the name.
    [GeneratedRegex(@"\bthis\.(_\w|\w+\b(?!\s*[(<]))")]
    private static partial Regex FieldOfThis();

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK|XXX)\b|Skip\s*=\s*""")]
    private static partial Regex Unfinished();
}
