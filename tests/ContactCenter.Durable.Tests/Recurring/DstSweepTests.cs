using NodaTime;
using NodaTime.TimeZones;

namespace ContactCenter.Durable.Tests.Recurring;

/// <summary>Every change of every zone's clocks from 2020 to 2030, against a library that knows zones by itself.</summary>
public sealed class DstSweepTests
{
    private static readonly Instant From = Instant.FromUtc(2020, 1, 1, 0, 0);
    private static readonly Instant To = Instant.FromUtc(2031, 1, 1, 0, 0);

    // A time of day that does not exist is the end of the gap, one that comes twice is the first.
    private static readonly ZoneLocalMappingResolver Resolve = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    [Fact]
    [Rule("DUR-43")]
    public void dst_sweep_of_daily_schedules_agrees_with_an_independent_library_around_all_changes_of_all_zones()
    {
        var (zones, changes, newer) = (0, 0, 0);
        foreach (var id in DateTimeZoneProviders.Tzdb.Ids)
        {
            var zone = DateTimeZoneProviders.Tzdb[id];
            var intervals = zone.GetZoneIntervals(From, To).ToList();

            // The two libraries may carry different releases of the zone data; a zone is compared up to where they first differ.
            var end = FirstDifference(zone, TimeZoneInfo.FindSystemTimeZoneById(id)) - Duration.FromDays(3) ?? To;
            zones++;
            newer += end < To ? 1 : 0;
            foreach (var change in intervals.Skip(1).Where(interval => interval.Start < end))
            {
                changes++;
                Compare(zone, change.Start);
            }
        }

        Assert.True(zones > 400 && changes > 3_000, $"{zones} zones with {changes} changes are not all there are.");
        Assert.True(newer < zones / 10, $"The zone data of {newer} zones differ from the system's.");
    }

    private static void Compare(DateTimeZone zone, Instant change)
    {
        var before = (change - Duration.FromTicks(1)).InZone(zone).LocalDateTime.PlusTicks(1);
        var after = change.InZone(zone).LocalDateTime;
        var middle = before.PlusTicks(Period.Between(before, after, PeriodUnits.Ticks).Ticks / 2);
        foreach (var local in new[] { before, after, middle, before.PlusTicks(-1), after.PlusTicks(-1), before.PlusHours(-12), after.PlusHours(12) })
        {
            var expected = Enumerable.Range(-2, 5).Select(day => zone.ResolveLocal(local.PlusDays(day), Resolve).ToInstant()).Distinct().ToList();
            var schedule = Schedule.Daily(local.TimeOfDay.ToTimeOnly(), zone.Id);
            var next = expected[0].ToDateTimeOffset();
            foreach (var occurrence in expected.Skip(1))
            {
                next = schedule.Next(next);
                Assert.True(next == occurrence.ToDateTimeOffset(), $"{schedule}: {next:O}, not {occurrence}");
            }
        }
    }

    private static Instant? FirstDifference(DateTimeZone zone, TimeZoneInfo system) => zone.GetZoneIntervals(From, To)
        .Where(interval => interval.HasStart)
        .SelectMany(interval => Enumerable.Range(-12, 25).Select(quarter => interval.Start + Duration.FromMinutes(15 * quarter)))
        .Concat(Enumerable.Range(0, (int)((To - From).TotalDays / 7)).Select(week => From + Duration.FromDays(7 * week)))
        .Where(instant => instant >= From && system.GetUtcOffset(instant.ToDateTimeUtc()) != zone.GetUtcOffset(instant).ToTimeSpan())
        .Select(instant => (Instant?)instant)
        .Min();
}
