using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>The fields that are read of one attribute object, numbered in the ordinal order of their names.</summary>
public sealed class FieldTable
{
    /// <summary>Longest name that a table may have, in UTF-8 bytes.</summary>
    public const int LongestName = 64;

    private readonly (string Name, FieldForm Form)[] _fields;

    // Names as JSON spells them: they are looked up once for every member that is read, without making characters of it.
    private readonly byte[][] _names;

    // Where a name may be, by its hash: the number of the field plus one, 0 where none is. Four times as many as fields.
    private readonly short[] _slots;

    /// <summary>Makes a table.</summary>
    /// <param name="fields">At most 256 fields, in any order, each once.</param>
    public FieldTable(params IEnumerable<(string Name, FieldForm Form)> fields)
    {
        _fields = [.. fields.OrderBy(field => field.Name, StringComparer.Ordinal)];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_fields.Length, byte.MaxValue + 1);
        _names = Array.ConvertAll(_fields, field => Encoding.ASCII.GetBytes(field.Name));
        _slots = new short[BitOperations.RoundUpToPowerOf2((uint)_fields.Length * 4)];
        for (var field = 0; field < _names.Length; field++)
        {
            var slot = SlotOf(_names[field]);
            while (_slots[slot] != 0)
                slot = Next(slot);
            _slots[slot] = (short)(field + 1);
        }
    }

    /// <summary>Number of fields.</summary>
    public int Count => _fields.Length;

    /// <summary>Names of the fields whose values are texts, in their order.</summary>
    public IEnumerable<string> Texts => _fields.Where(named => named.Form != FieldForm.Number).Select(named => named.Name);

    /// <summary>Names of the fields whose values are numbers, in their order.</summary>
    public IEnumerable<string> Numbers => _fields.Where(named => named.Form == FieldForm.Number).Select(named => named.Name);

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
    public int Find(ReadOnlySpan<char> name)
    {
        Span<byte> utf8 = stackalloc byte[LongestName];
        return name.Length <= LongestName && Ascii.FromUtf16(name, utf8, out var length) == OperationStatus.Done ? Find(utf8[..length]) : -1;
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{char})" />
    public int Find(ReadOnlySpan<byte> name)
    {
        for (var slot = SlotOf(name); _slots[slot] is not 0 and var field; slot = Next(slot))
        {
            if (name.SequenceEqual(_names[field - 1]))
                return field - 1;
        }

        return -1;
    }

    /// <summary>Of both ends and the length: what is between hardly ever tells two names apart.</summary>
    private int SlotOf(ReadOnlySpan<byte> name)
    {
        var (first, last) = name.Length >= sizeof(ulong)
            ? (BinaryPrimitives.ReadUInt64LittleEndian(name), BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]))
            : name.Length >= sizeof(uint)
                ? (BinaryPrimitives.ReadUInt32LittleEndian(name), BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]))
                : (name.Length > 0 ? name[0] : 0ul, name.Length > 0 ? name[^1] : 0ul);
        return (int)((((first * 0x9E3779B97F4A7C15) ^ last ^ (ulong)name.Length) * 0xC2B2AE3D27D4EB4F) >> 40) & (_slots.Length - 1);
    }

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

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
