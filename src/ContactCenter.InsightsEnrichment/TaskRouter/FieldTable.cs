using System.Collections.Frozen;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>The fields that are read of one attribute object, numbered in the ordinal order of their names.</summary>
public sealed class FieldTable
{
    /// <summary>Longest name that a table may have, in UTF-8 bytes.</summary>
    public const int LongestName = 64;

    private readonly (string Name, FieldForm Form)[] _fields;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _numbers;

    /// <summary>Makes a table.</summary>
    /// <param name="fields">At most 256 fields, in any order, each once.</param>
    public FieldTable(params IEnumerable<(string Name, FieldForm Form)> fields)
    {
        _fields = [.. fields.OrderBy(field => field.Name, StringComparer.Ordinal)];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_fields.Length, byte.MaxValue + 1);
        _numbers = _fields.Index().ToFrozenDictionary(entry => entry.Item.Name, entry => entry.Index, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Number of fields.</summary>
    public int Count => _fields.Length;

    /// <summary>Makes a table of texts and numbers.</summary>
    /// <param name="texts">Names of texts, separated by blanks; <c>name_1…3</c> stands for three.</param>
    /// <param name="numbers">Names of numbers, alike.</param>
    /// <param name="others">Fields of other forms.</param>
    public static FieldTable Of(string texts, string numbers = "", params IEnumerable<(string Name, FieldForm Form)> others) => new(
        [.. Names(texts).Select(name => (name, FieldForm.Text)), .. Names(numbers).Select(name => (name, FieldForm.Number)), .. others]);

    /// <summary>Name of a field.</summary>
    /// <param name="field">Its number.</param>
    public string Name(int field) => _fields[field].Name;

    /// <summary>How values of a field are read.</summary>
    /// <param name="field">Its number.</param>
    public FieldForm Form(int field) => _fields[field].Form;

    /// <summary>The number of a field; -1 if the table has none of that name.</summary>
    /// <param name="name">A name; case counts.</param>
    public int Find(ReadOnlySpan<char> name) => _numbers.TryGetValue(name, out var field) ? field : -1;

    private static IEnumerable<string> Names(string names) =>
        from name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let parts = name.Split("1…")
        from spelled in parts.Length == 1 ? [name] : Enumerable.Range(1, int.Parse(parts[1], null)).Select(number => $"{parts[0]}{number}")
        select spelled;
}

/// <summary>How the value of a field is read (INS-45, INS-46).</summary>
public enum FieldForm
{
    /// <summary>A text; a number or boolean in its JSON spelling.</summary>
    Text,

    /// <summary>A number, which may be given as text.</summary>
    Number,

    /// <summary>A text, or an array of the steps of a hierarchy, which are joined by <c> ▸ </c>.</summary>
    Path,

    /// <summary>A text, or an array whose elements are joined by commas.</summary>
    List,

    /// <summary>A text, or any JSON, which is kept in its spelling.</summary>
    Json,
}
