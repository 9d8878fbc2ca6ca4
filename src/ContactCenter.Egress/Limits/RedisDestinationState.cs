using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.Egress.Http;
using StackExchange.Redis;

namespace ContactCenter.Egress.Limits;

/// <summary>The state shared by all replicas of a service; each decision is one atomic script.</summary>
internal sealed class RedisDestinationState(IConnectionMultiplexer redis, string service) : IDestinationState
{
    private static readonly string AdmitScript = Script("admit.lua");
    private static readonly string ReportScript = Script("report.lua");

    public async Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now)
    {
        var prefix = Prefix(destination);
        var rate = destination.Rate;
        var (day, left) = rate.DayBudget is null ? (default, TimeSpan.Zero) : StateTimes.BudgetDay(rate, now);
        var result = (RedisValue[]?)await redis.GetDatabase().ScriptEvaluateAsync(
            AdmitScript,
            [prefix + "state", prefix + "slot:" + Hash(reservationId ?? ""), prefix + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)],
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
            ]);
        return new Admission((AdmissionKind)(int)result![0], StateTimes.FromMicroseconds((long)result[1]), (int)result[2] == 1);
    }

    public async Task<BreakerChange> ReportAsync(Destination destination, AttemptResult result, bool isProbe, DateTimeOffset now)
    {
        var prefix = Prefix(destination);
        var settings = destination.Breaker;
        return (BreakerChange)(int)await redis.GetDatabase().ScriptEvaluateAsync(
            ReportScript,
            [prefix + "state", prefix + "cells"],
            [
                StateTimes.Microseconds(now),
                result switch { AttemptResult.Ok => "ok", AttemptResult.Failed => "failed", _ => "none" },
                isProbe ? 1 : 0,
                (long)settings.Window.TotalSeconds,
                settings.FailureRatio.ToString(CultureInfo.InvariantCulture),
                settings.MinAttempts,
                StateTimes.Microseconds(settings.Open),
                StateTimes.Microseconds(settings.MaxOpen),
                settings.SuccessesToClose,
            ]);
    }

    public async Task ResetBreakerAsync(Destination destination)
    {
        var prefix = Prefix(destination);
        var database = redis.GetDatabase();
        await database.HashDeleteAsync(prefix + "state", ["until", "length", "probe", "passed"]);
        await database.KeyDeleteAsync(prefix + "cells");
    }

    public async Task<TimeSpan?> OpenForAsync(Destination destination, DateTimeOffset now)
    {
        var until = await redis.GetDatabase().HashGetAsync(Prefix(destination) + "state", "until");
        return until.IsNull ? null : StateTimes.FromMicroseconds(Math.Max(0, (long)until - StateTimes.Microseconds(now)));
    }

    // The braces keep all keys of a destination on one node of a cluster.
    private string Prefix(Destination destination) => $"egress:{{{service}:{Hash(destination.Key)}}}:";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(RedisDestinationState).Assembly.GetManifestResourceStream(
            $"ContactCenter.Egress.Limits.{name}")!);
        return reader.ReadToEnd();
    }
}
