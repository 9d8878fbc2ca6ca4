using System.Diagnostics;
using System.Net.Http.Headers;
using ContactCenter.Benchmarks.Ingest;
using ContactCenter.Insights.V1;
using ContactCenter.Testing;
using Dapper;
using Grpc.Net.Client;
using Npgsql;

namespace ContactCenter.Benchmarks.Analytics;

/// <summary>
/// Receipts of RCS for Business by the signed webhook, stored, joined to their messages and published, compared with psql's COPY of
/// the rows that came of them. Then, over very many messages, the refresh, the report of a week and its export, compared with the
/// same SQL over the messages and with psql's own export.
/// </summary>
internal sealed class AnalyticsBenchmark : IBenchmark
{
    private const int MostPerSecond = 20_000;
    // The send, nearly always a delivery, and a read receipt of one in three.
    private const int EventsPerMessage = 2;
    private const int Campaigns = 100;
    private const string FirstDay = "2025-06-01", LastDay = "2026-01-31", Week = "2026-01-01", WeekEnd = "2026-01-07";

    private static readonly TimeSpan RefreshLimit = TimeSpan.FromMinutes(10);

    public string Name => "analytics";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var (rounds, seconds, events) = isQuick ? (1, 4, 500_000) : (3, 8, 10_000_000);
        await using var servers = new TestServers();
        await using var database = await servers.CreateDatabaseAsync(cancellationToken);
        await using var service = await ChildProcess.StartSelfAsync(IngestServers.Service, database.ConnectionString, await servers.CreateVirtualHostAsync(cancellationToken));
        var (grpc, http) = (service.Greeting.Split(' ')[0], new Uri(service.Greeting.Split(' ')[1]));
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        using var channel = GrpcChannel.ForAddress(grpc, new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        var analytics = new MessageAnalyticsService.MessageAnalyticsServiceClient(channel);

        await IngestAsync();
        await FillAsync();
        report.Add("refresh_s", (await RefreshAsync()).TotalSeconds, "s", Target.AtMost(120));
        var live = await MedianAsync(() => QueryAsync(AnalyticsView.Live));
        var shown = await MedianAsync(() => QueryAsync(AnalyticsView.Refreshed));
        report.Add("report_ms", shown.TotalMilliseconds, "ms", Target.AtMost(50));
        report.Add("report_live_ms", live.TotalMilliseconds, "ms");
        report.Add("report_raw_sql_ms", (await MedianAsync(RawAsync)).TotalMilliseconds, "ms");
        var (ours, psql) = (await MedianAsync(ExportAsync), await MedianAsync(CopyAsync));
        report.Add("export_ms", ours.TotalMilliseconds, "ms");
        report.Add("export_copy_ms", psql.TotalMilliseconds, "ms");
        report.Add("export_vs_copy", psql / ours, "ratio", Target.AtLeast(0.5));
        report.Add("memory_mb", service.ResidentMb, "MB", Target.AtMost(300));

        async Task IngestAsync()
        {
            var notifications = new Notifications();
            var file = Path.GetTempFileName();
            var (rates, copies) = (new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                await notifications.WriteAsync(file, seconds * MostPerSecond, cancellationToken);
                var begin = TimeProvider.System.GetUtcNow();
                var measured = await Wrk.PostAsync(new Uri(http, Notifications.Path), file, "X-Goog-Signature", "application/json", TimeSpan.FromSeconds(seconds), cancellationToken);
                var copy = await CopyRate.MeasureAsync(database.ConnectionString, "insights.rbm_notifications", begin, cancellationToken);
                if (round < 0)
                    continue;
                rates.Add(measured.Rate);
                copies.Add(copy);
            }

            File.Delete(file);
            report.Add("ingest", BenchmarkReport.Median(rates), "events/s");
            report.Add("ingest_copy", BenchmarkReport.Median(copies), "rows/s");
            report.Add("ingest_vs_copy", BenchmarkReport.Median(rates.Zip(copies, (a, b) => a / b)), "ratio", Target.AtLeast(0.3));
        }

        // Half a year of messages with the receipts that most of them get.
        async Task FillAsync()
        {
            await connection.ExecuteAsync(
                $"""
                INSERT INTO insights.rbm_agents VALUES ('{Notifications.Agent}', now()) ON CONFLICT DO NOTHING;
                INSERT INTO insights.rbm_messages (agent_id, message_id, recorded, send_time, phone, campaign, content_hash, delivered_time, read_time, kinds)
                SELECT '{Notifications.Agent}', 'filled-' || i, true, t, 'hash_' || i % 1000000, 'campaign-' || i % {Campaigns}, '\x00', CASE WHEN i % 20 > 0 THEN t + interval '5 s' END, CASE WHEN i % 3 = 0 THEN t + interval '1 h' END, 3
                FROM generate_series(1, {events / EventsPerMessage}) AS i, LATERAL (SELECT timestamptz '{FirstDay} 00:00Z' + i % 245 * interval '1 day' + i % 86400 * interval '1 s') AS s (t)
                """,
                commandTimeout: 0);
            await connection.ExecuteAsync("VACUUM ANALYZE insights.rbm_messages", commandTimeout: 0);
        }

        async Task<TimeSpan> RefreshAsync()
        {
            var start = Stopwatch.GetTimestamp();
            var refresh = (await analytics.RefreshAnalyticsAsync(new(), cancellationToken: cancellationToken)).Refresh;
            while ((await analytics.ListRefreshesAsync(new() { PageSize = 1 }, cancellationToken: cancellationToken)).Refreshes[0] is not { FinishTime: not null } last || last.RefreshNumber != refresh.RefreshNumber)
            {
                if (Stopwatch.GetElapsedTime(start) > RefreshLimit)
                    throw new TimeoutException("The figures were not refreshed.");
                await Task.Delay(20, cancellationToken);
            }

            return Stopwatch.GetElapsedTime(start);
        }

        async Task QueryAsync(AnalyticsView view)
        {
            var answer = await analytics.QueryDailyAnalyticsAsync(new() { AgentIds = { Notifications.Agent }, StartDate = Week, EndDate = WeekEnd, View = view }, cancellationToken: cancellationToken);
            if (answer.Rows.Sum(row => row.Delivered) == 0)
                throw new InvalidOperationException("The report is empty.");
        }

        Task RawAsync() => connection.ExecuteScalarAsync(
            $"""
            SELECT count(*) FROM (
              SELECT (send_time AT TIME ZONE 'UTC')::date AS day, count(*), count(*) FILTER (WHERE delivered_time < send_time + interval '8 days'), count(*) FILTER (WHERE read_time < send_time + interval '8 days')
              FROM insights.rbm_messages WHERE recorded AND agent_id = '{Notifications.Agent}' AND send_time >= '{Week} 00:00Z' AND send_time < '{WeekEnd} 24:00Z' GROUP BY 1) counted
            """);

        async Task ExportAsync()
        {
            using var client = new HttpClient { BaseAddress = http };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestKey.Text);
            var content = await client.GetByteArrayAsync(new Uri($"/v1/rbm/analytics?start={FirstDay}&end={LastDay}&breakdown=campaign&format=csv", UriKind.Relative), cancellationToken);
            if (content.Length < 100_000)
                throw new InvalidOperationException("The export is too short.");
        }

        Task CopyAsync() => CopyRate.WriteAsync(
            database.ConnectionString,
            $"""SELECT send_day, agent_id, campaign, sum(sent), sum(delivered), sum(read), round(sum(delivered) / nullif(sum(sent), 0), 4), round(sum(read) / nullif(sum(delivered), 0), 4), sum(late_delivered), sum(late_read), sum(expired) FROM insights.rbm_figures WHERE send_day BETWEEN '{FirstDay}' AND '{LastDay}' GROUP BY 1, 2, 3 ORDER BY 2, 3, 1""",
            cancellationToken);

        async Task<TimeSpan> MedianAsync(Func<Task> action)
        {
            var times = new List<double>();
            await action();
            for (var round = 0; round < 5; round++)
            {
                var start = Stopwatch.GetTimestamp();
                await action();
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return TimeSpan.FromMilliseconds(BenchmarkReport.Median(times));
        }
    }
}
