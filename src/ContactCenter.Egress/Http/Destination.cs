using System.Security.Cryptography;
using System.Text;
using ContactCenter.Egress.Destinations;
using ContactCenter.Egress.Guard;

namespace ContactCenter.Egress.Http;

/// <summary>Scheme, host and port of outbound calls with a name: the unit of rate limit and breaker.</summary>
/// <remarks>All numbers are defaults of the specification and settable; <see cref="Violations"/> knows their ranges.</remarks>
public sealed record Destination
{
    /// <summary>The name an operator knows it by; 1 to 128 characters. Never a metric label.</summary>
    public required string Name { get; init; }

    /// <summary>Scheme, host and port in normal form, see <see cref="EgressUrl.Origin"/>.</summary>
    public required string Origin { get; init; }

    /// <summary>Time limits (EGR-10).</summary>
    public EgressTimeouts Timeouts { get; init; } = new();

    /// <summary>Private CA and client certificate (EGR-9).</summary>
    public TlsSettings Tls { get; init; } = TlsSettings.Default;

    /// <summary>Longest URL in characters; 1 to 8,192, default 2,048 (EGR-6).</summary>
    public int MaxUrlLength { get; init; } = EgressUrl.DefaultMaxLength;

    /// <summary>Largest request body in bytes; default 4 MiB, null for streams of Storage (EGR-11).</summary>
    public long? MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>Largest response body in bytes after decompression; default 4 MiB, null for streams of Storage (EGR-11).</summary>
    public long? MaxResponseBytes { get; init; } = 4 << 20;

    /// <summary>Whether the trace context is sent along; default no (EGR-14).</summary>
    public bool SendTraceContext { get; init; }

    /// <summary>Calls in flight per process; 1 to 256, default 16 (EGR-19).</summary>
    public int MaxConcurrent { get; init; } = 16;

    /// <summary>Token bucket and day budget (EGR-19).</summary>
    public RateLimit Rate { get; init; } = new();

    /// <summary>When the breaker opens and closes (EGR-22, EGR-23).</summary>
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>The identity: the same name for another origin is another destination. 24 hexadecimal digits.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)).AsSpan(0, 12));

    internal string Key => $"{Name}|{Origin}";

    /// <summary>The longest limit for the whole call that an operator's settings may lead to; null for any.</summary>
    internal TimeSpan? LongestWhole { get; init; }

    /// <summary>How often an operator has closed the breaker.</summary>
    internal long BreakerResets { get; init; }

    /// <summary>A destination with all defaults for the origin of a URL.</summary>
    /// <param name="name">The name an operator knows it by.</param>
    /// <param name="url">Any URL of the destination.</param>
    /// <returns>The destination.</returns>
    /// <exception cref="EgressException">The URL is refused by EGR-6.</exception>
    public static Destination For(string name, string url) =>
        new() { Name = name, Origin = EgressUrl.Parse(url, 8_192).Origin };

    /// <summary>Says which settings are out of range.</summary>
    /// <returns>One for each wrong field; empty when all is well.</returns>
    public IReadOnlyList<DestinationViolation> Violations()
    {
        var faults = new List<DestinationViolation>();
        Within(Name.Length, 1, 128, "name", "characters");
        Within(MaxUrlLength, 1, 8_192, "max_url_length", "characters");
        Within(MaxConcurrent, 1, 256, "max_concurrent", "calls");
        Within(Timeouts.Connect.TotalSeconds, 0.1, 300, "timeouts.connect", "s");
        Within(Timeouts.Tls.TotalSeconds, 0.1, 300, "timeouts.tls", "s");
        Within(Timeouts.Headers.TotalSeconds, 0.1, 300, "timeouts.headers", "s");
        Within(Timeouts.Silence.TotalSeconds, 0.1, 300, "timeouts.silence", "s");
        if (Timeouts.Whole is { } whole)
            Within(whole.TotalSeconds, 1, 300, "timeouts.whole", "s");
        Within(Rate.PerSecond, 0.001, 100_000, "rate.per_second", "calls a second");
        Within(Rate.Burst, 1, 1_000_000, "rate.burst", "calls");
        if (Rate.DayBudget is { } budget)
            Within(budget, 1, 1_000_000_000, "rate.day_budget", "calls");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Rate.BudgetZone, out _))
            faults.Add(new("rate.budget_zone", $"rate.budget_zone is '{Rate.BudgetZone}'; it has to be an IANA zone."));
        Within(Breaker.Window.TotalSeconds, 1, 600, "breaker.window", "s");
        Within(Breaker.FailureRatio, 0.01, 1, "breaker.failure_ratio", "of attempts");
        Within(Breaker.MinAttempts, 1, 10_000, "breaker.min_attempts", "attempts");
        Within(Breaker.Open.TotalSeconds, 1, 3_600, "breaker.open", "s");
        Within(Breaker.MaxOpen.TotalSeconds, Breaker.Open.TotalSeconds, 86_400, "breaker.max_open", "s");
        Within(Breaker.SuccessesToClose, 1, 100, "breaker.successes_to_close", "probes");
        if (Tls.Violation() is { } tls)
            faults.Add(new("tls", tls));
        return faults;

        void Within(double value, double lowest, double highest, string field, string unit)
        {
            if (!(value >= lowest && value <= highest))
                faults.Add(new(field, FormattableString.Invariant($"{field} is {value}; it has to be {lowest} to {highest} {unit}.")));
        }
    }
}

/// <summary>The time limits of a call (EGR-10).</summary>
public sealed record EgressTimeouts
{
    /// <summary>Name resolution and TCP connection; default 5 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>TLS handshake; default 5 s.</summary>
    public TimeSpan Tls { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the last byte of the request to the end of the response headers; default 15 s.</summary>
    public TimeSpan Headers { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest pause inside a request or response body; default 10 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The whole call; 1 s to 300 s, default 30 s, null for none.</summary>
    public TimeSpan? Whole { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What transfers of Storage use: no limit for the whole, 60 s of silence (STO-30).</summary>
    public static EgressTimeouts Transfer { get; } = new() { Silence = TimeSpan.FromSeconds(60), Whole = null };
}

/// <summary>A token bucket, with a budget per day if there is one (EGR-19).</summary>
public sealed record RateLimit
{
    /// <summary>Calls a second over all replicas; default 50.</summary>
    public double PerSecond { get; init; } = 50;

    /// <summary>Calls that may go at once after a pause; default 100.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Calls per local day over all replicas; null for no budget.</summary>
    public long? DayBudget { get; init; }

    /// <summary>The IANA zone whose midnight ends the day; default UTC.</summary>
    public string BudgetZone { get; init; } = "UTC";
}

/// <summary>When the breaker of a destination opens and closes (EGR-22, EGR-23).</summary>
public sealed record BreakerSettings
{
    /// <summary>How far back attempts count; default 60 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The share of failures that opens it; 0.01 to 1, default 0.5.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>Attempts in the window before it can open; default 20.</summary>
    public int MinAttempts { get; init; } = 20;

    /// <summary>How long it stays open at first; default 30 s, doubled each time it opens again.</summary>
    public TimeSpan Open { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest it stays open; default 5 min.</summary>
    public TimeSpan MaxOpen { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Probes in a row that have to succeed before it closes; default 3.</summary>
    public int SuccessesToClose { get; init; } = 3;
}
