using ContactCenter.ServiceDefaults.Csv;

namespace ContactCenter.InsightsEnrichment.DataSets;

/// <summary>A table of rows of one form (INS-130), described by the SQL that reads it.</summary>
/// <remarks><c>insights.~</c> stands for the tables as of the last load or as of now, see <see cref="DataSetQuery"/>.</remarks>
internal sealed record DataSet
{
    /// <summary>What follows FROM.</summary>
    public required string From { get; init; }

    /// <summary>Condition that a row lies in the range from <c>@start</c> to <c>@end</c>.</summary>
    public required string Range { get; init; }

    /// <summary>Condition of the rows that are shown unless the filter says which kinds; null for none.</summary>
    public string? ShownByDefault { get; init; }

    /// <summary>Whether a row is of a test environment; <c>@testAccounts</c> are their accounts.</summary>
    public required string Test { get; init; }

    /// <summary>What follows ORDER BY.</summary>
    public required string Order { get; init; }

    /// <summary>All columns in their order.</summary>
    public required IReadOnlyList<DataSetColumn> Columns { get; init; }

    /// <summary>What rows may be filtered by: SQL by name.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>Where the fields are those of other rows: which of them count, up to the conditions; null if they are of the row itself.</summary>
    public string? FieldsWhere { get; init; }
}

/// <summary>A column of a data set.</summary>
/// <param name="Name">Name in the header.</param>
/// <param name="Form">How its values are written.</param>
/// <param name="Sql">Its value.</param>
internal sealed record DataSetColumn(string Name, ColumnForm Form, string Sql) : CsvColumn(Name, Form);
