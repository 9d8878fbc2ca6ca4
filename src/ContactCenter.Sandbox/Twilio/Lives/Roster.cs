namespace ContactCenter.Sandbox.Twilio.Lives;

/// <summary>Who is at work, and who takes the next task.</summary>
public sealed class Roster
{
    private static readonly TimeSpan ShiftLength = TimeSpan.FromHours(8.5);
    private static readonly TimeSpan[] ShiftStarts = [TimeSpan.FromHours(7), TimeSpan.FromHours(9), TimeSpan.FromHours(11.5)];

    private readonly List<WorkerDay> _days;

    private Roster(IEnumerable<WorkerDay> days) => _days = [.. days];

    /// <summary>All changes of activity, by worker and time.</summary>
    public IEnumerable<ActivityChange> Changes => _days.SelectMany(d => d.Changes);

    /// <summary>A day in three shifts with breaks. Shifts are the same every day, so the day before is known too.</summary>
    /// <param name="seed">Makes the shifts' small differences.</param>
    /// <param name="midnight">The start of the day.</param>
    /// <returns>The roster of the day.</returns>
    public static Roster OfDay(int seed, DateTimeOffset midnight) => new(Workspace.Workers.Select(worker =>
    {
        var dice = new Dice($"{seed}/shift/{worker.Number}");
        var start = midnight + ShiftStarts[worker.Number % 3] + dice.Seconds(0, 300);
        var end = start + ShiftLength + dice.Seconds(0, 300);
        var stagger = TimeSpan.FromMinutes(worker.Number % 5 * 12);

        var day = new WorkerDay(worker, Workspace.Offline, end.AddDays(-1));
        day.Change(start, Workspace.Available);
        if (worker.Number % 6 == 0)
            Pause(day, start.AddMinutes(50), dice.Seconds(1500, 1800), Workspace.Training);
        Pause(day, start.AddHours(2) + stagger, dice.Seconds(600, 900), Workspace.Break);
        Pause(day, start.AddHours(4) + stagger, dice.Seconds(1700, 1900), Workspace.Lunch);
        Pause(day, start.AddHours(6.25) + stagger, dice.Seconds(600, 900), Workspace.Break);
        day.Change(end, Workspace.Offline);
        return day;
    }));

    /// <summary>A stretch of live traffic: all are at work, one in four takes a short break.</summary>
    /// <param name="key">Makes the differences between stretches.</param>
    /// <param name="start">The start of the stretch.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="before">The stretch before, or null when the workers are yet to log in.</param>
    /// <returns>The roster of the stretch.</returns>
    public static Roster OfStretch(string key, DateTimeOffset start, TimeSpan length, Roster? before) => new(Workspace.Workers.Select(worker =>
    {
        var dice = new Dice($"{key}/break/{worker.Number}");
        var last = before?._days[worker.Number - 1];
        var day = new WorkerDay(worker, last?.Activity ?? Workspace.Offline, last?.Since ?? start.AddHours(-12));
        if (last is null)
            day.Change(start + dice.Seconds(0.1, 3), Workspace.Available);
        if (dice.Chance(25))
            Pause(day, start + dice.Seconds(length.TotalSeconds * 0.3, length.TotalSeconds * 0.6), dice.Seconds(length.TotalSeconds * 0.1, length.TotalSeconds * 0.2), Workspace.Break);
        return day;
    }));

    /// <summary>The changes that log everyone out.</summary>
    /// <param name="time">When they leave.</param>
    /// <returns>One change for each worker.</returns>
    public IEnumerable<ActivityChange> LogOut(DateTimeOffset time) =>
        _days.Select(d => new ActivityChange(d.Worker, time, Workspace.Offline, d.Activity, d.Since));

    /// <summary>Finds someone for a task.</summary>
    /// <param name="dice">Decides who is asked first.</param>
    /// <param name="channel">The task's channel.</param>
    /// <param name="from">When it would be offered.</param>
    /// <param name="until">When it would be completed.</param>
    /// <param name="except">Who has been asked before.</param>
    /// <returns>The worker's day, or null when nobody has time.</returns>
    public WorkerDay? Find(Dice dice, TaskChannel channel, DateTimeOffset from, DateTimeOffset until, IReadOnlyCollection<Worker> except)
    {
        var first = dice.Between(0, _days.Count - 1);
        return Enumerable.Range(0, _days.Count)
            .Select(i => _days[(first + i) % _days.Count])
            .FirstOrDefault(d => !except.Contains(d.Worker) && d.CanTake(channel, from, until));
    }

    private static void Pause(WorkerDay day, DateTimeOffset from, TimeSpan length, Activity activity)
    {
        day.Change(from, activity);
        day.Change(from + length, Workspace.Available);
    }
}
