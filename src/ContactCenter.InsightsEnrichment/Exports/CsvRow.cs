using System.Globalization;
using System.Text;
using ContactCenter.InsightsEnrichment.DataSets;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Writes rows of a CSV file (INS-131, INS-132).</summary>
/// <param name="guard">Whether texts that a spreadsheet would take for a formula begin with an apostrophe.</param>
/// <param name="zone">Zone of the times.</param>
internal sealed class CsvRow(bool guard, TimeZoneInfo zone)
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fffzzz";

    /// <summary>Adds a row.</summary>
    /// <param name="text">Takes it.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="values">Their values; null for none.</param>
    public void Append(StringBuilder text, IReadOnlyList<DataSetColumn> columns, IReadOnlyList<object?> values)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            AppendQuoted(text, Guarded(TextOf(values[i]), columns[i].Form));
        }

        text.Append("\r\n");
    }

    /// <summary>Adds the header.</summary>
    /// <param name="text">Takes it.</param>
    /// <param name="columns">The columns.</param>
    public static void AppendHeader(StringBuilder text, IEnumerable<DataSetColumn> columns) => text.AppendJoin(',', columns.Select(column => column.Name)).Append("\r\n");

    private string TextOf(object? value) => value switch
    {
        null or DBNull => "",
        string text => text,
        DateTime time => TimeZoneInfo.ConvertTime(new DateTimeOffset(time), zone).ToString(Time, CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"A column has values of {value.GetType()}."),
    };

    private string Guarded(string value, ColumnForm form)
    {
        var isText = form == ColumnForm.Text || (form == ColumnForm.Phone && !value.All(letter => letter == '+' || char.IsAsciiDigit(letter)));
        return guard && isText && value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{value}" : value;
    }

    private static void AppendQuoted(StringBuilder text, string value)
    {
        if (value.AsSpan().IndexOfAny(",\"\r\n") < 0)
            text.Append(value);
        else
            text.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
