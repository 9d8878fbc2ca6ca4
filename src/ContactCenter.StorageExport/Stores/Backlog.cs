using ContactCenter.StorageExport.Files;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Stores;

/// <summary>What waits for the store, and what has not come (STO-59, STO-63).</summary>
internal static class Backlog
{
    /// <summary>Files that wait for longer make the service degraded.</summary>
    public static readonly TimeSpan DegradedAfter = TimeSpan.FromMinutes(15);

    /// <summary>Files that wait for longer are told of.</summary>
    public static readonly TimeSpan OverdueAfter = TimeSpan.FromHours(1);

    /// <summary>Files that are expected for longer are missing.</summary>
    private static readonly TimeSpan MissingAfter = TimeSpan.FromHours(24);

    /// <summary>How fast it goes is judged by so long a time.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    /// <summary>Reads it, by kind.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="now">The time.</param>
    public static async Task<IEnumerable<V1.KindBacklog>> ReadAsync(NpgsqlConnection connection, DateTimeOffset now) => (await connection.QueryAsync<Row>(
        """
        WITH waiting AS (
          SELECT kind, count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes, min(state_time) AS oldest,
            count(*) FILTER (WHERE state_time < @degraded) AS degraded, count(*) FILTER (WHERE state_time < @overdue) AS overdue
          FROM storage.files WHERE state IN ('PENDING', 'UPLOADING') GROUP BY kind),
        stored AS (SELECT kind, count(*) AS files FROM storage.files WHERE stored_time >= @recent GROUP BY kind),
        missing AS (SELECT kind, count(*) AS files FROM storage.files WHERE state = 'EXPECTED' AND state_time < @missing GROUP BY kind)
        SELECT k.kind AS Kind, coalesce(w.files, 0) AS Files, coalesce(w.bytes, 0) AS Bytes, w.oldest AS Oldest, coalesce(w.degraded, 0) AS Degraded,
          coalesce(w.overdue, 0) AS Overdue, coalesce(s.files, 0) AS StoredFiles, coalesce(m.files, 0) AS MissingFiles
        FROM unnest(@kinds) WITH ORDINALITY AS k(kind, position) LEFT JOIN waiting w USING (kind) LEFT JOIN stored s USING (kind) LEFT JOIN missing m USING (kind)
        ORDER BY k.position
        """,
        new
        {
            kinds = System.Enum.GetValues<SessionFileKind>().Select(Words.Of).ToArray(),
            degraded = now - DegradedAfter,
            overdue = now - OverdueAfter,
            missing = now - MissingAfter,
            recent = now - Recent,
        })).Select(row => row.ToMessage(now));

    private sealed record Row(string Kind, long Files, long Bytes, DateTime? Oldest, long Degraded, long Overdue, long StoredFiles, long MissingFiles)
    {
        public V1.KindBacklog ToMessage(DateTimeOffset now) => new()
        {
            Kind = (V1.SessionFileKind)((int)Words.FileKind(Kind)!.Value + 1),
            WaitingFiles = Files,
            WaitingBytes = Bytes,
            WaitingOver15Minutes = Degraded,
            WaitingOverHour = Overdue,
            OldestWaitingTime = Oldest?.ToTimestamp(),
            ExpectedEndTime = Files > 0 && StoredFiles > 0 ? (now + Recent * ((double)Files / StoredFiles)).ToTimestamp() : null,
            MissingFiles = MissingFiles,
        };
    }
}
