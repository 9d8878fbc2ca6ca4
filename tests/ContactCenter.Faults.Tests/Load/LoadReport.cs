using System.Globalization;
using ContactCenter.Durable;
using Dapper;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.Faults.Tests.Load;

/// <summary>What a load came to: the callers' answers compared with the rows in the database.</summary>
internal sealed record LoadReport
{
    /// <summary>Numbers that were accepted, by what has committed.</summary>
    public required int Committed { get; init; }

    /// <summary>Accepted, but without an effect.</summary>
    public required int Lost { get; init; }

    /// <summary>Effects beyond the first of their number.</summary>
    public required int Doubled { get; init; }

    /// <summary>Effects that nobody asked for, as their call was rolled back.</summary>
    public required int Unasked { get; init; }

    /// <summary>Answered with OK, and yet not accepted.</summary>
    public required int Forgotten { get; init; }

    /// <summary>Effects before which a later one of their key happened; of jobs, as consumers of messages work side by side.</summary>
    public required int Disordered { get; init; }

    /// <summary>Dead letters.</summary>
    public required int Dead { get; init; }

    /// <summary>Highest attempt that had an effect.</summary>
    public required int MaxAttempt { get; init; }

    /// <summary>Effects of a second or later attempt, and when the last of them was had.</summary>
    public required (int Count, DateTimeOffset LastTime) Repeated { get; init; }

    /// <summary>p95 of the time from acceptance to the effect, before the fault.</summary>
    public required TimeSpan PickUpBefore { get; init; }

    /// <summary>The same when the fault is over and calm has returned.</summary>
    public required TimeSpan PickUpAfter { get; init; }

    /// <summary>From the end of the fault to the next effect.</summary>
    public required TimeSpan Resumed { get; init; }

    /// <summary>The callers' answers.</summary>
    public required IReadOnlyCollection<CallResult> Calls { get; init; }

    /// <summary>Calls that were not answered with OK, by status.</summary>
    public string Refusals => string.Join(", ", Calls.Where(call => call.Status != StatusCode.OK).GroupBy(call => call.Status).Select(calls => $"{calls.Count()} {calls.Key}"));

    /// <summary>
    /// Calls that were refused. In the short form, which shares the machine with other tests, without those that got no connection to the
    /// database within a second (DUR-56): that says how busy the machine is, and nothing of the fault.
    /// </summary>
    public IEnumerable<CallResult> RefusedCalls =>
        Calls.Where(call => call.Status != StatusCode.OK && (LoadPlan.IsFull || call.Detail != new DatabaseBusyException().Message));

    /// <summary>Reads what became of a load.</summary>
    /// <param name="connectionString">The workers' database.</param>
    /// <param name="calls">The callers' answers.</param>
    /// <param name="before">The time before the fault.</param>
    /// <param name="faultEnd">When the fault had ended.</param>
    /// <param name="calm">From when on the pick-up counts again.</param>
    public static async Task<LoadReport> ReadAsync(
        string connectionString, IReadOnlyCollection<CallResult> calls, (DateTimeOffset From, DateTimeOffset To) before, DateTimeOffset faultEnd, DateTimeOffset calm)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        var ok = calls.Where(call => call.Status == StatusCode.OK).Select(call => call.Number).ToArray();
        var repeated = await connection.QuerySingleAsync<(int, DateTime?)>("SELECT count(*), max(time) FROM effects WHERE attempt > 1");
        return new LoadReport
        {
            Committed = await CountAsync("accepted"),
            Lost = await CountAsync("accepted a WHERE NOT EXISTS (SELECT FROM effects e WHERE e.number = a.number)"),
            Doubled = await connection.ExecuteScalarAsync<int>("SELECT count(*) - count(DISTINCT number) FROM effects"),
            Unasked = await CountAsync("effects e WHERE NOT EXISTS (SELECT FROM accepted a WHERE a.number = e.number)"),
            Forgotten = await CountAsync("unnest(@ok) AS n (number) WHERE NOT EXISTS (SELECT FROM accepted a WHERE a.number = n.number)", new { ok }),
            Disordered = await CountAsync("(SELECT number < max(number) OVER (PARTITION BY key ORDER BY id) AS late FROM effects) AS e WHERE late"),
            Dead = await CountAsync("durable.dead_letters"),
            MaxAttempt = await connection.ExecuteScalarAsync<int>("SELECT coalesce(max(attempt), 0) FROM effects"),
            Repeated = (repeated.Item1, repeated.Item2 ?? DateTime.MinValue),
            PickUpBefore = await PickUpAsync(before.From, before.To),
            PickUpAfter = await PickUpAsync(calm, DateTimeOffset.MaxValue),
            Resumed = await connection.ExecuteScalarAsync<DateTime?>("SELECT min(time) FROM effects WHERE time >= @faultEnd", new { faultEnd }) - faultEnd.UtcDateTime ?? TimeSpan.MaxValue,
            Calls = calls,
        };

        Task<int> CountAsync(string from, object? parameters = null) => connection.ExecuteScalarAsync<int>($"SELECT count(*) FROM {from}", parameters);

        async Task<TimeSpan> PickUpAsync(DateTimeOffset from, DateTimeOffset to) => TimeSpan.FromSeconds(await connection.ExecuteScalarAsync<double>(
            """
            SELECT coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM e.time - a.time)), 0)
            FROM effects e JOIN accepted a USING (number) WHERE a.time >= @from AND a.time < @to
            """,
            new { from, to }));
    }

    /// <summary>What every cell must pass.</summary>
    /// <param name="output">What the workers have written, for the message of a failure.</param>
    /// <param name="right">Answers to callers that this fault may lead to besides UNAVAILABLE and RESOURCE_EXHAUSTED.</param>
    public void AssertNothingIsLostOrDoubled(IEnumerable<string> output, IEnumerable<StatusCode> right)
    {
        Assert.Equal(
            (Lost: 0, Doubled: 0, Unasked: 0, Forgotten: 0, Disordered: 0, Dead: 0),
            (Lost, Doubled, Unasked, Forgotten, Disordered, Dead));
        var allowed = right.Concat([StatusCode.OK, StatusCode.Unavailable, StatusCode.ResourceExhausted]).ToHashSet();
        var wrong = Calls.Where(call => !allowed.Contains(call.Status)).ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} calls were answered wrongly, such as: {string.Join('\n', wrong.Take(5).Select(call => call.ToString()).Concat(output.Where(line => line.Contains("unexpectedly", StringComparison.Ordinal)).Take(5)))}");
        Assert.InRange(Calls.Count(call => call.Status == StatusCode.OK), 1, Committed);
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Committed:N0} committed, lost {Lost}, doubled {Doubled}, out of order {Disordered}, dead {Dead}, repeated {Repeated.Count} (attempt ≤ {MaxAttempt}), pick-up p95 {PickUpBefore.TotalMilliseconds:F0} ms before and {PickUpAfter.TotalMilliseconds:F0} ms after, resumed in {Resumed.TotalSeconds:F1} s, refused: {(Refusals.Length > 0 ? Refusals : "none")}");
}
