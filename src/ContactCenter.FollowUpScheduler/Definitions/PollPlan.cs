using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>When a follow-up polls: a fixed rate in UTC from the activation on, spread over follow-ups by a phase of each (FUP-11, FUP-90, FUP-91).</summary>
/// <param name="Start">Activation, or the last change of the frequency.</param>
/// <param name="Phase">How much later the first poll is.</param>
/// <param name="Period">From one poll to the next.</param>
public sealed record PollPlan(DateTimeOffset Start, TimeSpan Phase, TimeSpan Period)
{
    private const int DefaultJitterSeconds = 60;
    private const int DefaultTimeoutMinutes = 5;
    private const int LongestLookBackMinutes = 1_440;

    private static readonly TimeSpan LeastStaleness = TimeSpan.FromMinutes(30);

    /// <summary>The plan of a definition.</summary>
    /// <param name="id">The follow-up.</param>
    /// <param name="extraction">Its extraction.</param>
    /// <param name="start">When the plan begins.</param>
    public static PollPlan Of(string id, DataExtraction extraction, DateTimeOffset start) => new(
        start,
        TimeSpan.FromSeconds(PhaseSeconds(id, extraction.HasJitterSeconds ? extraction.JitterSeconds : DefaultJitterSeconds)),
        TimeSpan.FromMinutes(extraction.PollingFrequencyMinutes));

    /// <summary>The phase of a follow-up, always the same.</summary>
    /// <param name="id">The follow-up.</param>
    /// <param name="jitterSeconds">The largest phase.</param>
    public static int PhaseSeconds(string id, int jitterSeconds) =>
        (int)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id))) % (ulong)(jitterSeconds + 1));

    /// <summary>The first planned poll at or after a time.</summary>
    /// <param name="time">The time.</param>
    public DateTimeOffset From(DateTimeOffset time)
    {
        var first = Start + Phase;
        if (time <= first)
            return first;
        var periods = (time - first + Period - TimeSpan.FromTicks(1)).Ticks / Period.Ticks;
        return first + periods * Period;
    }

    /// <summary>The first planned poll after a time.</summary>
    /// <param name="time">The time.</param>
    public DateTimeOffset After(DateTimeOffset time) => From(time + TimeSpan.FromTicks(1));

    /// <summary>How old the last successful poll may be before attempts are held (FUP-43).</summary>
    /// <param name="extraction">The extraction.</param>
    public static TimeSpan Staleness(DataExtraction extraction)
    {
        var twoPeriods = TimeSpan.FromMinutes(2 * extraction.PollingFrequencyMinutes);
        return twoPeriods > LeastStaleness ? twoPeriods : LeastStaleness;
    }

    /// <summary>Longest time of a poll (FUP-28).</summary>
    /// <param name="extraction">The extraction.</param>
    public static TimeSpan Timeout(DataExtraction extraction) =>
        TimeSpan.FromMinutes(extraction.PollTimeoutMinutes == 0 ? DefaultTimeoutMinutes : extraction.PollTimeoutMinutes);

    /// <summary>What <c>@{followup.since}</c> lies before the last successful poll (FUP-27).</summary>
    /// <param name="extraction">The extraction.</param>
    public static TimeSpan LookBack(DataExtraction extraction) => TimeSpan.FromMinutes(
        extraction.HasLookBackMinutes ? extraction.LookBackMinutes : Math.Min(extraction.PollingFrequencyMinutes, LongestLookBackMinutes));
}
