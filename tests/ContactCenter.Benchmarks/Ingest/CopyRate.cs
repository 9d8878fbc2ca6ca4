using System.Diagnostics;
using Dapper;
using Npgsql;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>How fast psql copies raw events into a table like the service's.</summary>
internal static class CopyRate
{
    /// <summary>Copies the events received from a time on into a new table with the constraints and indexes of the service's, from a file.</summary>
    /// <returns>Rows per second, from the begin of COPY to its commit.</returns>
    internal static async Task<double> MeasureAsync(string connectionString, DateTimeOffset received, int rows, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.ExecuteAsync("CREATE TABLE copied (LIKE insights.received_events INCLUDING ALL)");
        try
        {
            await PsqlAsync(connectionString, $@"\copy (SELECT * FROM insights.received_events WHERE received_time >= '{received:O}') TO '{file}' (FORMAT csv)", cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await PsqlAsync(connectionString, $@"\copy copied FROM '{file}' (FORMAT csv)", cancellationToken);
            var rate = rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
            var copied = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM copied");
            return copied == rows ? rate : throw new InvalidOperationException($"{copied} rows were copied instead of {rows}.");
        }
        finally
        {
            await connection.ExecuteAsync("DROP TABLE copied");
            File.Delete(file);
        }
    }

    private static async Task PsqlAsync(string connectionString, string command, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command])
        {
            Environment =
            {
                ["PGHOST"] = server.Host,
                ["PGPORT"] = $"{server.Port}",
                ["PGUSER"] = server.Username,
                ["PGPASSWORD"] = server.Password,
                ["PGDATABASE"] = server.Database,
            },
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"psql ended with {process.ExitCode}; what it said is above.");
    }
}
