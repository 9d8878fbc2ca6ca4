using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Egress.Http;
using StackExchange.Redis;

namespace ContactCenter.Egress.Limits;

/// <summary>The state shared by all replicas of a service; each decision is one atomic script.</summary>
internal sealed class RedisDestinationState(IConnectionMultiplexer redis, string service) : IDestinationState
{
    private static readonly string AdmitScript = Script("admit.lua");
    private static readonly string ReportScript = Script("report.lua");
    private static readonly string MinuteScript = Script("minute.lua");

    public async Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now)
    {
        var prefix = Prefix(destination);
        var rate = destination.Rate;
        var (day, left) = rate.DayBudget is null ? (default, TimeSpan.Zero) : StateTimes.BudgetDay(rate, now);
        var result = (RedisValue[]?)await redis.GetDatabase().ScriptEvaluateAsync(
            AdmitScript,
            [prefix + "state", prefix + "slot:" + Hash(reservationId ?? ""), BudgetKey(prefix, day), prefix + "cells"],
            [
                StateTimes.Microseconds(now),
                StateTimes.Interval(rate),
                rate.Burst,
                StateTimes.Microseconds(StateTimes.Patience),
                reservationId is null ? 0 : 1,
                rate.DayBudget ?? -1,
                StateTimes.Microseconds(left),
                StateTimes.Microseconds(destination.Breaker.MaxOpen),
                StateTimes.Microseconds(StateTimes.ProbeLease),
                destination.BreakerResets,
            ]);
        return new Admission((AdmissionKind)(int)result![0], StateTimes.FromMicroseconds((long)result[1]), (int)result[2] == 1);
    }

    public async Task<BreakerReport> ReportAsync(Destination destination, Attempt attempt, DateTimeOffset now)
    {
        var prefix = Prefix(destination);
        var settings = destination.Breaker;
        var result = (RedisValue[]?)await redis.GetDatabase().ScriptEvaluateAsync(
            ReportScript,
            [prefix + "state", prefix + "cells"],
            [
                StateTimes.Microseconds(now),
                attempt.Result switch { AttemptResult.Ok => "ok", AttemptResult.Failed => "failed", _ => "none" },
                attempt.IsProbe ? 1 : 0,
                (long)settings.Window.TotalSeconds,
                settings.FailureRatio.ToString(CultureInfo.InvariantCulture),
                settings.MinAttempts,
                StateTimes.Microseconds(settings.Open),
                StateTimes.Microseconds(settings.MaxOpen),
                settings.SuccessesToClose,
                attempt.Error is null ? "" : JsonSerializer.Serialize(attempt.Error),
                attempt.ItemId ?? "",
            ]);
        return new BreakerReport((BreakerChange)(int)result![0], ErrorOf(result[1]), ItemOf(result[2]));
    }

    public async Task<DestinationStatus> StatusAsync(Destination destination, DateTimeOffset now)
    {
        var prefix = Prefix(destination);
        var rate = destination.Rate;
        var database = redis.GetDatabase();
        var state = await database.HashGetAsync(prefix + "state", ["until", "next", "resets", "error", "item"]);
        var used = rate.DayBudget is null ? RedisValue.Null : await database.StringGetAsync(BudgetKey(prefix, StateTimes.BudgetDay(rate, now).Day));
        var time = StateTimes.Microseconds(now);
        var isOpen = !state[0].IsNull && (long)state[2] >= destination.BreakerResets;
        return new DestinationStatus(
            isOpen ? StateTimes.FromMicroseconds(Math.Max(0, (long)state[0] - time)) : null,
            isOpen ? ErrorOf(state[3]) : null,
            isOpen ? ItemOf(state[4]) : null,
            StateTimes.TokensLeft((long)state[1], StateTimes.Interval(rate), rate.Burst, time),
            (long)used);
    }

    public async Task<bool> AdmitPerMinuteAsync(string key, int limit, DateTimeOffset now) =>
        (bool)await redis.GetDatabase().ScriptEvaluateAsync(
            MinuteScript, [$"egress:{{{service}}}:minute:{Hash(key)}"], [StateTimes.Microseconds(now), limit, Guid.CreateVersion7(now).ToString("N")]);

    private static BreakerError? ErrorOf(RedisValue text) => text.IsNullOrEmpty ? null : JsonSerializer.Deserialize<BreakerError>((string)text!);

    private static string? ItemOf(RedisValue text) => text.IsNullOrEmpty ? null : (string?)text;

    private static string BudgetKey(string prefix, DateOnly day) => prefix + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    // The braces keep all keys of a destination on one node of a cluster.
    private string Prefix(Destination destination) => $"egress:{{{service}:{destination.Id}}}:";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(RedisDestinationState).Assembly.GetManifestResourceStream(
            $"ContactCenter.Egress.Limits.{name}")!);
        return reader.ReadToEnd();
    }
}
