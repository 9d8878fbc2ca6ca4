namespace ContactCenter.Sandbox.Twilio.Lives;

/// <summary>Everything that happens in a stretch of time: the lives of its tasks and what the workers do.</summary>
/// <param name="Start">The start of the stretch.</param>
/// <param name="Lives">The tasks, in the order they began.</param>
/// <param name="Changes">The workers' changes of activity.</param>
/// <param name="Roster">Who is at work.</param>
public sealed record TrafficPlan(DateTimeOffset Start, IReadOnlyList<TaskLife> Lives, IReadOnlyList<ActivityChange> Changes, Roster Roster)
{
    // Tasks by hour of the day: a morning peak, a dip at noon, a lower afternoon peak. None so late that its life
    // would reach into the next day.
    private static readonly (int Hour, int Weight)[] ArrivalsByHour =
    [
        (5, 1), (6, 2), (7, 12), (8, 26), (9, 40), (10, 46), (11, 42), (12, 30), (13, 28), (14, 36), (15, 38), (16, 32), (17, 22),
        (18, 14), (19, 6), (20, 2),
    ];

    /// <summary>A whole day of a contact centre, UTC.</summary>
    /// <param name="seed">Equal seeds and days give equal plans.</param>
    /// <param name="day">The day.</param>
    /// <param name="tasks">How many tasks.</param>
    /// <returns>The plan.</returns>
    public static TrafficPlan OfDay(int seed, DateOnly day, int tasks)
    {
        var midnight = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var key = FormattableString.Invariant($"{seed}/{day:yyyy-MM-dd}");
        var dice = new Dice($"{key}/arrivals");
        var arrivals = Enumerable.Range(0, tasks)
            .Select(_ => midnight + TimeSpan.FromHours(dice.Weighted(ArrivalsByHour)) + dice.Seconds(0, 3599.999));
        return Create(key, midnight, arrivals, Roster.OfDay(seed, midnight), pace: 1);
    }

    /// <summary>A stretch of live traffic with short lives; few reach into the next stretch.</summary>
    /// <param name="seed">Equal seeds and starts give equal plans.</param>
    /// <param name="start">The start of the stretch.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="tasks">How many tasks.</param>
    /// <param name="before">The roster of the stretch before, or null for the first.</param>
    /// <returns>The plan.</returns>
    public static TrafficPlan OfStretch(int seed, DateTimeOffset start, TimeSpan length, int tasks, Roster? before)
    {
        // Callbacks carry milliseconds, so that a finer time would make a truth that nobody can know.
        start = DateTimeOffset.FromUnixTimeMilliseconds(start.ToUnixTimeMilliseconds());
        var key = FormattableString.Invariant($"{seed}/live/{start.ToUnixTimeMilliseconds()}");
        var dice = new Dice($"{key}/arrivals");
        var arrivals = Enumerable.Range(0, tasks).Select(_ => start + dice.Seconds(3, length.TotalSeconds * 0.8));
        // No two tasks of a day have one number, as long as there are no more than ten a second.
        var number = (int)start.TimeOfDay.TotalSeconds * 10;
        return Create(key, start, arrivals, Roster.OfStretch(key, start, length, before), pace: length / TimeSpan.FromHours(1.5), number);
    }

    private static TrafficPlan Create(string key, DateTimeOffset start, IEnumerable<DateTimeOffset> arrivals, Roster roster, double pace, int number = 0)
    {
        var planner = new TaskPlanner(key, roster, pace);
        foreach (var arrival in arrivals.Order())
            planner.Plan(++number, arrival);
        return new TrafficPlan(start, planner.Lives, [.. roster.Changes], roster);
    }
}
