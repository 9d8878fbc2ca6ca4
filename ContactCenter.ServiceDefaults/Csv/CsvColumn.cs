namespace ContactCenter.ServiceDefaults.Csv;

/// <summary>A column of a CSV file.</summary>
/// <param name="Name">Name in the header.</param>
/// <param name="Form">How its values are written.</param>
public record CsvColumn(string Name, ColumnForm Form);

/// <summary>How values of a column are written (INS-132).</summary>
public enum ColumnForm
{
    /// <summary>Text that somebody wrote: guarded where it looks like a formula.</summary>
    Text,

    /// <summary>A telephone number; what is none is text.</summary>
    Phone,

    /// <summary>A number, a time, an id or a word of ours.</summary>
    Plain,

    /// <summary>A text that no spreadsheet takes for anything else than it is, such as a day: written without quotation marks.</summary>
    Bare,
}
