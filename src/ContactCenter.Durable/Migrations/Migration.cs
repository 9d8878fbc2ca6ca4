using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ContactCenter.Durable;

/// <summary>One numbered SQL file of an assembly (DUR-1).</summary>
/// <param name="Number">Position in its set, from 1 without gaps.</param>
/// <param name="Name">What the file does, as its name says it, such as <c>create_outbox</c>.</param>
/// <param name="Sql">The text with LF line ends.</param>
internal sealed partial record Migration(int Number, string Name, string Sql)
{
    /// <summary>The file's name.</summary>
    public string File => $"{Number:D4}_{Name}.sql";

    /// <summary>SHA-256 of the text, in lower-case hex.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>Whether the file holds one repeatable statement that cannot run in a transaction.</summary>
    public bool OutsideTransaction => Sql.StartsWith("-- no-transaction", StringComparison.Ordinal);

    /// <summary>The lowest highest number a program must know to work with this schema (DUR-5).</summary>
    public int MinReader =>
        MinReaderLine().Match(Sql) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : Number;

    /// <summary>Reads all files of an assembly, which must be numbered from 1 without a gap or a duplicate.</summary>
    /// <exception cref="MigrationException">The numbering has a gap or a duplicate.</exception>
    public static IReadOnlyList<Migration> ReadAll(Assembly assembly)
    {
        var migrations = assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: ResourceName().Match(resource)))
            .Where(found => found.match.Success)
            .Select(found => new Migration(
                int.Parse(found.match.Groups[1].Value, CultureInfo.InvariantCulture), found.match.Groups[2].Value, ReadText(assembly, found.resource)))
            .OrderBy(migration => migration.Number)
            .ToList();
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Number != i + 1)
                throw new MigrationException($"{assembly.GetName().Name}: migration {i + 1:D4} is missing or {migrations[i].File} is a duplicate.");
        }

        return migrations;
    }

    private static string ReadText(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\.(\d{4})_(\w+)\.sql$")]
    private static partial Regex ResourceName();

    [GeneratedRegex(@"^-- min-reader (\d{4})$", RegexOptions.Multiline)]
    private static partial Regex MinReaderLine();
}
