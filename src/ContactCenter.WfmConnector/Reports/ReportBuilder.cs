using System.Security.Cryptography;
using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Intervals;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Kind of a report.</summary>
public enum ReportKind
{
    /// <summary>The agent activity report.</summary>
    Activity = 1,

    /// <summary>The queue report.</summary>
    Queue = 2,
}

/// <summary>A report as it is sent.</summary>
/// <param name="IntervalStart">Start of its interval.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Profile">Which it is written with.</param>
/// <param name="Body">The exact bytes.</param>
public sealed record BuiltReport(DateTime IntervalStart, ReportKind Kind, WireProfile Profile, byte[] Body)
{
    /// <summary>SHA-256 of the bytes.</summary>
    public byte[] Sha256 { get; } = SHA256.HashData(Body);

    /// <summary>What it names that CXone has to know, with the name of a skill (WFM-19).</summary>
    public required IReadOnlyCollection<(CatalogueEntry Entry, string? Name)> Uses { get; init; }
}

/// <summary>Works out the reports of ranges from what Insights told; equal facts give equal bytes (WFM-51).</summary>
/// <param name="figures">Works out the figures.</param>
/// <param name="options">What reports hold.</param>
public sealed class ReportBuilder(FigureStore figures, IOptions<WfmOptions> options)
{
    /// <summary>Builds the reports of a range, the activities of each interval first.</summary>
    /// <param name="connection">Whose view of the facts counts.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <param name="profile">Which to write with.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<BuiltReport>> BuildAsync(NpgsqlConnection connection, DateTime from, DateTime until, WireProfile profile, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(connection, from, until, cancellationToken);
        var spans = await figures.SpansAsync(connection, new(from, until), cancellationToken);
        var queues = await FigureStore.QueuesAsync(connection, new(from, until), cancellationToken);
        var agentQueues = await FigureStore.AgentQueuesAsync(connection, from, until, cancellationToken);
        return
        [
            .. IntervalReport.Of(from, until, spans, queues, agentQueues, names, options.Value.Reports).SelectMany(report => new BuiltReport[]
            {
                new(report.Start, ReportKind.Activity, profile, profile.Writer.Activities(report)) { Uses = report.UsesOfActivities() },
                new(report.Start, ReportKind.Queue, profile, profile.Writer.Queues(report)) { Uses = report.UsesOfQueues() },
            }),
        ];
    }

    /// <summary>Names as they were known by the end of each interval; asked again only where a login id changed.</summary>
    private static async Task<IReadOnlyList<ReportNames>> NamesAsync(NpgsqlConnection connection, DateTime from, DateTime until, CancellationToken cancellationToken)
    {
        var changes = (await FigureStore.LoginChangesAsync(connection, from, until, cancellationToken)).Select(Quarter.StartOf).ToHashSet();
        var names = new List<ReportNames>();
        for (var start = from; start < until; start += Quarter.Length)
        {
            names.Add(names.Count == 0 || changes.Contains(start)
                ? await FigureStore.NamesAsync(connection, start + Quarter.Length, cancellationToken)
                : names[^1]);
        }

        return names;
    }
}
