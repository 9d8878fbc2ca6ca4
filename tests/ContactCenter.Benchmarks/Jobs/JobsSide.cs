using System.Diagnostics;
using Npgsql;

namespace ContactCenter.Benchmarks.Jobs;

/// <summary>One of the queues that are compared: its worker process and its database.</summary>
/// <param name="name">Names figures, and the database.</param>
/// <param name="worker">Adds and runs jobs.</param>
/// <param name="database">Its database.</param>
/// <param name="unfinished">SQL: whether any job that is due is not done.</param>
internal sealed class JobsSide(string name, ChildProcess worker, NpgsqlDataSource database, string unfinished) : IAsyncDisposable
{
    internal string Name => name;

    internal ChildProcess Worker => worker;

    /// <summary>Adds jobs and has them run.</summary>
    /// <returns>Jobs per second from the start of the first until the database says that all are done; adding them is not counted.</returns>
    internal async Task<double> RateAsync(int jobs, CancellationToken cancellationToken)
    {
        await worker.SendAsync($"run {jobs}");
        await ExpectAsync("begun", cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await ExpectAsync("counted", cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"SELECT {unfinished}", connection);
        while (await command.ExecuteScalarAsync(cancellationToken) is true)
            await Task.Delay(2, cancellationToken);
        var rate = jobs / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await ExpectAsync("stopped", cancellationToken);
        return rate;
    }

    internal async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal async Task ExpectAsync(string answer, CancellationToken cancellationToken)
    {
        if (await worker.ReadAsync(cancellationToken) is var line && line != answer)
            throw new InvalidOperationException($"{name} answered '{line}' in place of '{answer}'.");
    }

    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await database.DisposeAsync();
    }
}
