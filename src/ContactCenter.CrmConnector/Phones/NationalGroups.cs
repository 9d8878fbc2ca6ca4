using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ContactCenter.CrmConnector.Phones;

/// <summary>Groups in which the countries write their numbers (CRM-27); InternationalFormats.tsv holds those of libphonenumber's metadata.</summary>
public static class NationalGroups
{
    private const int GroupLength = 3;

    private static readonly Lazy<FrozenDictionary<string, Grouping[]>> Known = new(Read);

    /// <summary>Parts the national digits of a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>Its groups in order; all of its digits and nothing else.</returns>
    public static IReadOnlyList<string> Of(PhoneNumber number)
    {
        foreach (var grouping in Known.Value.GetValueOrDefault(number.CallingCode) ?? [])
        {
            if (grouping.FirstDigits.IsMatch(number.National) && grouping.Digits.IsMatch(number.National))
                return grouping.Digits.Replace(number.National, grouping.Groups).Split(' ');
        }

        return ByThrees(number.National);
    }

    private static List<string> ByThrees(string national)
    {
        var groups = national.Chunk(GroupLength).Select(group => new string(group)).ToList();
        if (groups is [.., _, { Length: 1 } last])
        {
            groups.RemoveAt(groups.Count - 1);
            groups[^1] += last;
        }

        return groups;
    }

    private static FrozenDictionary<string, Grouping[]> Read()
    {
        using var file = new StreamReader(typeof(NationalGroups).Assembly.GetManifestResourceStream("InternationalFormats.tsv")!);
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .GroupBy(columns => columns[0], columns => new Grouping(new($"^(?:{columns[1]})"), new($"^(?:{columns[2]})$"), columns[3]))
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    private sealed record Grouping(Regex FirstDigits, Regex Digits, string Groups);
}
