using System.Diagnostics;
using System.Globalization;
using ContactCenter.Durable;
using ContactCenter.StorageExport;
using ContactCenter.StorageExport.Files;
using ContactCenter.Testing;
using Dapper;

namespace ContactCenter.Benchmarks.Sftp;

/// <summary>The service as it is deployed, which is told how many files of how many bytes to stage and to let go; it answers with the seconds until all are stored, and with its largest memory meanwhile in MiB.</summary>
internal static class SftpService
{
    internal const string ChildName = "sftp";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    internal static async Task<int> RunAsync(string[] arguments)
    {
        await using var app = StorageExportHost.Create(
        [
            $"--ConnectionStrings:database={arguments[0]}",
            $"--ConnectionStrings:rabbitmq={arguments[1]}",
            $"--Egress:AllowList:0=127.0.0.1/32:{arguments[2]}",
            $"--Egress:AllowList:1=127.0.0.1/32:{arguments[3]}",
            "--Egress:AssumedReplicas=1",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:grpc:Protocols=Http2",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            "--Tls:AllowPlaintext=true",
            "--Logging:LogLevel:Default=Warning",
            .. TestKey.Settings("storage.admin", "storage.read"),
            .. TestKey.SecretSettings,
        ]);
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Urls));
        var database = (DurableDatabase)app.Services.GetService(typeof(DurableDatabase))!;
        while (await Console.In.ReadLineAsync() is { } order)
        {
            var numbers = order.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var (seconds, peakMb) = await UploadAsync(database, (int)numbers[0], numbers[1]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:R} {peakMb:R}"));
        }

        await app.StopAsync();
        return 0;
    }

    private static async Task<(double Seconds, double PeakMb)> UploadAsync(DurableDatabase database, int count, long length)
    {
        DurableDatabase.Serve(ConnectionUse.Background);
        var files = await StageAsync(database, count, length);
        var start = Stopwatch.GetTimestamp();
        await using (var transaction = await database.BeginAsync(CancellationToken.None))
        {
            foreach (var file in files)
                FileJobs.EnqueueUpload(transaction, file, TimeProvider.System.GetUtcNow(), movesExisting: false);
            await transaction.CommitAsync(CancellationToken.None);
        }

        var peak = 0L;
        await using var connection = await database.OpenAsync(CancellationToken.None);
        while (await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM storage.files WHERE state IN ('PENDING', 'UPLOADING'))"))
        {
            peak = Math.Max(peak, Environment.WorkingSet);
            await Task.Delay(Poll);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var stored = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM storage.files WHERE state = 'STORED'");
        await connection.ExecuteAsync("TRUNCATE storage.staged_pieces, storage.files");
        return stored == count ? (seconds, peak / 1_048_576.0) : throw new InvalidOperationException($"{stored} of {count} files were stored.");
    }

    // What the taking of files leaves in the database; it is no part of what is measured.
    private static async Task<List<CatalogueFile>> StageAsync(DurableDatabase database, int count, long length)
    {
        var bytes = new byte[StagedFiles.PieceLength];
        Random.Shared.NextBytes(bytes);
        await using var connection = await database.OpenAsync(CancellationToken.None);
        return (await connection.QueryAsync<CatalogueFile>(
            $"""
            WITH f AS (
              INSERT INTO storage.files AS f (file_id, session_kind, session_id, kind, source_id, account_sid, number, content_type, extension, state, state_time, create_time,
                revision, size, sha256, md5, crc32c)
              SELECT gen_random_uuid(), 'call', id, 'recording', 'RE1', 'AC1', 1, 'audio/mpeg', 'mp3', 'PENDING', now(), now(), 1, @length, '', '', 0 FROM generate_series(1, @count) AS s(id)
              RETURNING {FileStore.Columns}, f.file_id),
            pieces AS (
              INSERT INTO storage.staged_pieces (file_id, revision, piece, bytes)
              SELECT f.file_id, 1, p.piece, substring(@bytes FROM 1 FOR least(@length - p.piece * {StagedFiles.PieceLength}, {StagedFiles.PieceLength})::integer)
              FROM f, generate_series(0, (@length - 1) / {StagedFiles.PieceLength}) AS p(piece))
            SELECT * FROM f
            """,
            new { count, length, bytes },
            commandTimeout: 600)).AsList();
    }
}
