using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>All SQL of the imported configuration.</summary>
/// <param name="database">The service's database.</param>
internal sealed class ConfigurationStore(DurableDatabase database)
{
    private const string Select = "SELECT version AS Version, document AS Document, imported_by AS ImportedBy, import_time AS ImportTime FROM insights.configuration";

    /// <summary>What was imported last.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<ImportedConfiguration> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ImportedConfiguration>(new(Select, cancellationToken: cancellationToken)) ?? ImportedConfiguration.None;
    }

    /// <summary>What was imported last; others that import wait.</summary>
    /// <param name="connection">In the transaction that imports.</param>
    public static async Task<ImportedConfiguration> HoldAsync(NpgsqlConnection connection) =>
        await connection.QuerySingleOrDefaultAsync<ImportedConfiguration>($"LOCK insights.configuration IN SHARE ROW EXCLUSIVE MODE; {Select}") ?? ImportedConfiguration.None;

    /// <summary>Keeps an import in place of the one before.</summary>
    /// <param name="connection">In the transaction that imports.</param>
    /// <param name="imported">The import.</param>
    public static Task WriteAsync(NpgsqlConnection connection, ImportedConfiguration imported) => connection.ExecuteAsync(
        """
        INSERT INTO insights.configuration (version, document, imported_by, import_time) VALUES (@Version, @Document::json, @ImportedBy, @ImportTime)
        ON CONFLICT (only_one) DO UPDATE SET version = excluded.version, document = excluded.document, imported_by = excluded.imported_by, import_time = excluded.import_time
        """,
        imported);
}

/// <summary>An imported document.</summary>
internal sealed record ImportedConfiguration
{
    /// <summary>That none was imported.</summary>
    public static ImportedConfiguration None { get; } = new();

    /// <summary>Number of imports.</summary>
    public long Version { get; init; }

    /// <summary>The document as it was imported.</summary>
    public string Document { get; init; } = "{}";

    /// <summary>Who imported it; empty if none was.</summary>
    public string ImportedBy { get; init; } = "";

    /// <summary>When it was imported.</summary>
    public DateTime ImportTime { get; init; }

    /// <summary>Names the version.</summary>
    public string Etag => Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
