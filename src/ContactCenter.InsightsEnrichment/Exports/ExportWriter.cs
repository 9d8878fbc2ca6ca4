using System.Data;
using System.Data.Common;
using System.Text;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Csv;
using Dapper;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Payload of the job of an export.</summary>
/// <param name="ExportId">The export.</param>
public sealed record ExportReference(Guid ExportId);

/// <summary>Writes exports (INS-133): rows come from one query as they are read, and leave in pieces, so that memory stays flat.</summary>
/// <param name="database">The service's database.</param>
/// <param name="store">The exports.</param>
/// <param name="catalog">The data sets.</param>
/// <param name="accounts">Which accounts are test environments.</param>
/// <param name="options">How long files are kept.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told of failures.</param>
public sealed partial class ExportWriter(
    DurableDatabase database, ExportStore store, DataSetCatalog catalog, TwilioAccounts accounts, IOptions<ExportOptions> options, TimeProvider timeProvider,
    ILogger<ExportWriter> logger) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "exports.write";

    /// <summary>Group of the jobs.</summary>
    public const string Group = "exports";

    /// <summary>Exports that are written at a time, by all processes.</summary>
    public const int Parallelism = 2;

    /// <summary>The longest that writing may take.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromHours(2);

    private const int TextAtATime = 32 * 1024;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var id = job.Payload<ExportReference>().ExportId;
        if (!await store.BeginAsync(id, job.Fence, cancellationToken) || await store.FindAsync(id, cancellationToken) is not { } export)
            return;
        try
        {
            if (await WriteAsync(export, cancellationToken) is { } written)
                await FinishAsync(job, written, cancellationToken);
        }
        catch (Exception failure) when (!TransientFailure.Is(failure) && failure is DbException or InvalidOperationException)
        {
            LogFailed(failure, id);
            await FinishAsync(job, export with { State = ExportState.Failed, Error = failure.Message }, cancellationToken);
        }
    }

    private async Task<Export?> WriteAsync(Export export, CancellationToken cancellationToken)
    {
        var definition = export.Definition;
        var set = catalog.Find(definition.DataSet, definition.Grain) ?? throw new InvalidOperationException("The data set does not exist any more.");
        var query = DataSetQuery.Of(set, definition.Filter, definition.View);
        var columns = ExportDefinition.ColumnsOf(set, definition.Columns);
        var parameters = new DynamicParameters();
        var sql = query.Resolve(
            $"SELECT {string.Join(", ", columns.Select(column => column.Sql))} FROM {set.From} WHERE {query.Where(parameters, accounts.TestAccounts)} ORDER BY {set.Order}");

        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var load = await connection.ExecuteScalarAsync<long>("SELECT coalesce(max(load_number), 0) FROM insights.loads");
        using var file = new ExportFile(store, export);
        var row = new CsvRow(!definition.HasFormulaGuard || definition.FormulaGuard, DataSetQuery.ZoneOf(definition.TimeZone));
        var text = new StringBuilder();
        CsvRow.AppendHeader(text, columns);
        var rows = 0L;
        await using (var reader = await connection.ExecuteReaderAsync(new CommandDefinition(
            sql, parameters, commandTimeout: (int)LongestRun.TotalSeconds, cancellationToken: cancellationToken)))
        {
            var values = new object?[columns.Count];
            while (await reader.ReadAsync(cancellationToken))
            {
                reader.GetValues(values!);
                row.Append(text, columns, values);
                rows++;
                if (text.Length < TextAtATime)
                    continue;
                if (!await file.WriteAsync(text, cancellationToken))
                    return null;
                text.Clear();
            }
        }

        if (!await file.WriteAsync(text, cancellationToken) || await file.EndAsync(cancellationToken) is not { } sha256)
            return null;
        return export with { State = ExportState.Done, Rows = rows, Bytes = file.Bytes, Sha256 = sha256, LoadNumber = load };
    }

    private async Task FinishAsync(JobRun job, Export export, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await ExportStore.FinishAsync(
            transaction.Connection, export with { FinishTime = now, ExpireTime = export.State == ExportState.Done ? now.AddDays(options.Value.ExportDays) : null });
        await job.CommitAsync(transaction, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Export {ExportId} cannot be written")]
    private partial void LogFailed(Exception exception, Guid exportId);
}
