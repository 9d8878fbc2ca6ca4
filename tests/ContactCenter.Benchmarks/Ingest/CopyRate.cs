using System.Diagnostics;
using Dapper;
using Npgsql;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>How fast psql copies what the service received into a table like the service's, and out of it.</summary>
internal static class CopyRate
{
    /// <summary>Copies the rows received from a time on into a new table with the constraints and indexes of the service's, from a file.</summary>
    /// <returns>Rows per second, from the begin of COPY to its commit.</returns>
    internal static async Task<double> MeasureAsync(string connectionString, string table, DateTimeOffset received, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.ExecuteAsync($"CREATE TABLE copied (LIKE {table} INCLUDING ALL)");
        try
        {
            await PsqlAsync(connectionString, $@"\copy (SELECT * FROM {table} WHERE received_time >= '{received:O}') TO '{file}' (FORMAT csv)", cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await PsqlAsync(connectionString, $@"\copy copied FROM '{file}' (FORMAT csv)", cancellationToken);
            var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM copied") / took;
        }
        finally
        {
            await connection.ExecuteAsync("DROP TABLE copied");
            File.Delete(file);
        }
    }

    /// <summary>Writes the result of a query to a file.</summary>
    /// <returns>How long it takes.</returns>
    internal static async Task<TimeSpan> WriteAsync(string connectionString, string query, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        var start = Stopwatch.GetTimestamp();
        await PsqlAsync(connectionString, $@"\copy ({query}) TO '{file}' (FORMAT csv, HEADER)", cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        File.Delete(file);
        return took;
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
