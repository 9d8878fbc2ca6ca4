using System.Globalization;
using System.Text;

namespace ContactCenter.ServiceDefaults.Csv;

/// <summary>Writes rows of a CSV file (INS-131, INS-132).</summary>
/// <param name="guard">Whether texts that a spreadsheet would take for a formula begin with an apostrophe.</param>
/// <param name="zone">Zone of the times.</param>
public sealed class CsvRow(bool guard, TimeZoneInfo zone)
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fffzzz";

    /// <summary>Adds a row.</summary>
    /// <param name="text">Takes it.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="values">Their values; null for none.</param>
    public void Append(StringBuilder text, IReadOnlyList<CsvColumn> columns, IReadOnlyList<object?> values)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            if (columns[i].Form == ColumnForm.Bare)
                text.Append(values[i]);
            else if (values[i] is string { Length: > 0 } written)
                AppendQuoted(text, Guarded(written, columns[i].Form));
            else
                text.Append(NumberOf(values[i]));
        }

        text.Append("\r\n");
    }

    /// <summary>Adds the header.</summary>
    /// <param name="text">Takes it.</param>
    /// <param name="columns">The columns.</param>
    public static void AppendHeader(StringBuilder text, IEnumerable<CsvColumn> columns) => text.AppendJoin(',', columns.Select(column => column.Name)).Append("\r\n");

    private string NumberOf(object? value) => value switch
    {
        null or DBNull or "" => "",
        DateTime time => TimeZoneInfo.ConvertTime(new DateTimeOffset(time), zone).ToString(Time, CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"A column has values of {value.GetType()}."),
    };

    private string Guarded(string value, ColumnForm form)
    {
        var isText = form == ColumnForm.Text || (form == ColumnForm.Phone && !IsNumber(value));
        return guard && isText && value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{value}" : value;
    }

    // A plus further on would be a sum.
    private static bool IsNumber(string phone) => phone.AsSpan().IndexOfAnyExceptInRange('0', '9') is var other && (other < 0 || (other == 0 && phone[0] == '+' && !phone.AsSpan(1).ContainsAnyExceptInRange('0', '9')));

    // Texts are in quotation marks, whatever they hold: a spreadsheet that takes quoted cells as text then leaves telephone
    // numbers, leading zeros and long numbers as they are.
    private static void AppendQuoted(StringBuilder text, string value) =>
        text.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
}
