using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>All SQL of stored reports and the intervals that they belong to.</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
public sealed class ReportStore(DurableDatabase database, TimeProvider timeProvider)
{
    private const string Columns =
        """
        report_id AS ReportId, interval_start AS IntervalStart, kind AS KindWord, revision AS Revision, profile AS Profile, octet_length(body) AS Length, sha256 AS Sha256,
        create_time AS CreateTime, state AS State, state_time AS StateTime, changes AS Changes, taken_parts AS TakenParts, split_parts AS SplitParts
        """;

    /// <summary>Stores the first reports of an interval, or the next revision of those that have changed.</summary>
    /// <param name="transaction">Holds them and the jobs that send them.</param>
    /// <param name="reports">Reports of one interval.</param>
    /// <param name="revision">Their revision.</param>
    /// <param name="isSent">Whether they are to be sent.</param>
    /// <param name="changes">What changed in each; null of revision 0.</param>
    public async Task AddAsync(DurableTransaction transaction, IReadOnlyList<BuiltReport> reports, int revision, bool isSent, IReadOnlyList<string?> changes)
    {
        var now = timeProvider.GetUtcNow();
        var ids = reports.Select(_ => Guid.CreateVersion7(now)).ToArray();
        await transaction.Connection.ExecuteAsync(
            """
            INSERT INTO wfm.reports (report_id, interval_start, kind, revision, profile, body, sha256, create_time, state, state_time, changes)
            SELECT r.id, r.start, r.kind, @revision, @profile, r.body, r.sha256, @now, @state, @now, r.changes::jsonb
            FROM unnest(@ids, @starts, @kinds, @bodies, @hashes, @changes) AS r (id, start, kind, body, sha256, changes)
            """,
            new
            {
                ids,
                starts = reports.Select(report => report.IntervalStart).ToArray(),
                kinds = reports.Select(report => WordOf(report.Kind)).ToArray(),
                bodies = reports.Select(report => report.Body).ToArray(),
                hashes = reports.Select(report => report.Sha256).ToArray(),
                changes = changes.ToArray(),
                revision,
                profile = reports[0].Profile.Id,
                state = isSent ? "WAITING" : "HELD",
                now,
            });
        if (isSent)
        {
            foreach (var (id, report) in ids.Zip(reports))
                Enqueue(transaction, id, report.Kind);
        }
    }

    /// <summary>Has a report sent after those of its kind that wait already.</summary>
    /// <param name="transaction">Holds the job.</param>
    /// <param name="reportId">The report.</param>
    /// <param name="kind">Its kind.</param>
    private static void Enqueue(DurableTransaction transaction, Guid reportId, ReportKind kind) =>
        transaction.Enqueue(ReportSender.Kind, new ReportJob(reportId), new JobOptions { Key = $"cxone/{WordOf(kind)}", DeduplicationKey = reportId.ToString() });

    /// <summary>Has the newest revisions of a range sent that have not been; those refused are left alone.</summary>
    /// <param name="transaction">Holds the jobs.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <returns>How many reports.</returns>
    public async Task<int> PushAsync(DurableTransaction transaction, DateTime from, DateTime until)
    {
        var held = (await transaction.Connection.QueryAsync<(Guid Id, string Kind)>(
            """
            WITH newest AS (
              SELECT DISTINCT ON (interval_start, kind) report_id, interval_start, kind, state FROM wfm.reports
              WHERE interval_start >= @from AND interval_start < @until ORDER BY interval_start, kind, revision DESC
            ), pushed AS (
              UPDATE wfm.reports r SET state = 'WAITING', state_time = @now FROM newest n WHERE r.report_id = n.report_id AND n.state = 'HELD' RETURNING r.report_id, r.kind, r.interval_start
            )
            SELECT report_id, kind FROM pushed ORDER BY interval_start, kind
            """,
            new { from, until, now = timeProvider.GetUtcNow() })).AsList();
        foreach (var (id, kind) in held)
            Enqueue(transaction, id, KindOf(kind));
        return held.Count;
    }

    /// <summary>Reads the newest revisions of a range.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <returns>By interval and kind.</returns>
    public static async Task<Dictionary<(DateTime Start, ReportKind Kind), (Guid Id, string Profile, byte[] Sha256)>> NewestAsync(NpgsqlConnection connection, DateTime from, DateTime until) =>
        (await connection.QueryAsync<(DateTime Start, string Kind, Guid Id, string Profile, byte[] Sha256)>(
            """
            SELECT DISTINCT ON (interval_start, kind) interval_start, kind, report_id, profile, sha256 FROM wfm.reports
            WHERE interval_start >= @from AND interval_start < @until ORDER BY interval_start, kind, revision DESC
            """,
            new { from, until })).ToDictionary(row => (row.Start, KindOf(row.Kind)), row => (row.Id, row.Profile, row.Sha256));

    /// <summary>Reads the bytes of several reports.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="reportIds">Which.</param>
    /// <returns>By report.</returns>
    public static async Task<Dictionary<Guid, byte[]>> BodiesAsync(NpgsqlConnection connection, IEnumerable<Guid> reportIds) =>
        (await connection.QueryAsync<(Guid Id, byte[] Body)>("SELECT report_id, body FROM wfm.reports WHERE report_id = ANY (@ids)", new { ids = reportIds.ToArray() }))
        .ToDictionary(row => row.Id, row => row.Body);

    /// <summary>Finds a report.</summary>
    /// <param name="reportId">The report.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredReport?> FindAsync(Guid reportId, CancellationToken cancellationToken) =>
        (await QueryAsync<StoredReport>($"SELECT {Columns} FROM wfm.reports WHERE report_id = @reportId", new { reportId }, cancellationToken)).SingleOrDefault();

    /// <summary>Reads the bytes of a report.</summary>
    /// <param name="reportId">The report.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<byte[]> ReadBodyAsync(Guid reportId, CancellationToken cancellationToken) =>
        (await QueryAsync<byte[]>("SELECT body FROM wfm.reports WHERE report_id = @reportId", new { reportId }, cancellationToken)).Single();

    /// <summary>Finds which reports were not delivered and do not wait, by interval and kind.</summary>
    /// <param name="reportIds">Any.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Of each that there is, whether it can be sent again.</returns>
    public async Task<IReadOnlyList<(Guid Id, bool IsOpen)>> OpenAsync(Guid[] reportIds, CancellationToken cancellationToken) =>
        [.. await QueryAsync<(Guid, bool)>(
            "SELECT report_id, state NOT IN ('WAITING', 'DELIVERED') FROM wfm.reports WHERE report_id = ANY (@reportIds)", new { reportIds }, cancellationToken)];

    /// <summary>Has reports sent again that were not delivered and do not wait.</summary>
    /// <param name="transaction">Holds the jobs.</param>
    /// <param name="reportIds">Which.</param>
    /// <returns>Those that will be sent.</returns>
    public async Task<IReadOnlyList<Guid>> ReplayAsync(DurableTransaction transaction, Guid[] reportIds)
    {
        var replayed = (await transaction.Connection.QueryAsync<(Guid Id, string Kind)>(
            """
            WITH replayed AS (
              UPDATE wfm.reports SET state = 'WAITING', state_time = @now WHERE report_id = ANY (@reportIds) AND state NOT IN ('WAITING', 'DELIVERED')
              RETURNING report_id, kind, interval_start
            )
            SELECT report_id, kind FROM replayed ORDER BY interval_start, kind
            """,
            new { reportIds, now = timeProvider.GetUtcNow() })).AsList();
        foreach (var (id, kind) in replayed)
            Enqueue(transaction, id, KindOf(kind));
        return replayed.ConvertAll(report => report.Id);
    }

    /// <summary>Lists the reports of a range by interval, kind and revision.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredReport>> ListAsync(ReportQuery query, CancellationToken cancellationToken) =>
        [.. await QueryAsync<StoredReport>(
            $"""
            SELECT {Columns} FROM wfm.reports
            WHERE interval_start >= greatest(@From, @AfterStart::timestamptz) AND interval_start < @Until AND (@State::text IS NULL OR state = @State)
              AND (@AfterStart::timestamptz IS NULL OR (interval_start, kind, revision) > (@AfterStart, @AfterKind, @AfterRevision))
            ORDER BY interval_start, kind, revision LIMIT @Limit
            """,
            query,
            cancellationToken)];

    /// <summary>Keeps what became of a part of a report: it is not sent again.</summary>
    /// <param name="reportId">The report.</param>
    /// <param name="part">The part; empty for the whole.</param>
    /// <param name="isTaken">Whether CXone took it; else it was too large.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task KeepPartAsync(Guid reportId, string part, bool isTaken, CancellationToken cancellationToken)
    {
        var column = isTaken ? "taken_parts" : "split_parts";
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            $"UPDATE wfm.reports SET {column} = array_append({column}, @part) WHERE report_id = @reportId", new { reportId, part }, cancellationToken: cancellationToken));
    }

    /// <summary>Brings a report into a state.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="reportId">The report.</param>
    /// <param name="state"><c>HELD</c>, <c>WAITING</c>, <c>DELIVERED</c>, <c>REJECTED</c> or <c>UNREADABLE</c>.</param>
    public Task SetStateAsync(NpgsqlConnection connection, Guid reportId, string state) => connection.ExecuteAsync(
        "UPDATE wfm.reports SET state = @state, state_time = @now WHERE report_id = @reportId", new { reportId, state, now = timeProvider.GetUtcNow() });

    /// <summary>The kind as it is written, such as <c>QUEUE</c>.</summary>
    /// <param name="kind">The kind.</param>
    public static string WordOf(ReportKind kind) => kind.ToString().ToUpperInvariant();

    internal static ReportKind KindOf(string word) => Enum.Parse<ReportKind>(word, ignoreCase: true);

    private async Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}

/// <summary>Which reports to list; what is null does not narrow.</summary>
public sealed record ReportQuery(DateTime From, DateTime Until, string? State, DateTime? AfterStart, string? AfterKind, int? AfterRevision, int Limit);

/// <summary>A stored report without its bytes.</summary>
public sealed class StoredReport
{
    /// <summary>Identity.</summary>
    public Guid ReportId { get; init; }

    /// <summary>Start of its interval.</summary>
    public DateTime IntervalStart { get; init; }

    /// <summary>What it tells.</summary>
    public ReportKind Kind => ReportStore.KindOf(KindWord);

    /// <summary>The same as it is written.</summary>
    public string KindWord { get; init; } = "";

    /// <summary>From 0.</summary>
    public int Revision { get; init; }

    /// <summary>The wire profile it was written with.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Number of bytes.</summary>
    public int Length { get; init; }

    /// <summary>SHA-256 of the bytes.</summary>
    public byte[] Sha256 { get; init; } = [];

    /// <summary>When it was computed.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary><c>HELD</c>, <c>WAITING</c>, <c>DELIVERED</c>, <c>REJECTED</c> or <c>UNREADABLE</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTime StateTime { get; init; }

    /// <summary>What differs from the revision before, as JSON; null of revision 0.</summary>
    public string? Changes { get; init; }

    /// <summary>Parts that CXone took, such as <c>.1</c> for the first half, if it was too large as a whole.</summary>
    public string[] TakenParts { get; init; } = [];

    /// <summary>Parts that were too large; the empty one is the whole.</summary>
    public string[] SplitParts { get; init; } = [];
}
