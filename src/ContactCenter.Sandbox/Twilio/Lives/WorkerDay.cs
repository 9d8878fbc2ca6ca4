namespace ContactCenter.Sandbox.Twilio.Lives;

/// <summary>A worker's change from one activity to another.</summary>
/// <param name="Worker">Who.</param>
/// <param name="Time">When.</param>
/// <param name="Activity">The new activity.</param>
/// <param name="Previous">The activity before.</param>
/// <param name="PreviousSince">When the activity before had begun.</param>
public sealed record ActivityChange(Worker Worker, DateTimeOffset Time, Activity Activity, Activity Previous, DateTimeOffset PreviousSince);

/// <summary>A worker's time at work: what was done when, and which tasks take which time.</summary>
public sealed class WorkerDay
{
    private readonly List<ActivityChange> _changes = [];
    private readonly List<(DateTimeOffset From, DateTimeOffset Until)> _tasks = [];

    /// <summary>Starts the worker's time.</summary>
    /// <param name="worker">Who.</param>
    /// <param name="activity">The activity before the time of this plan.</param>
    /// <param name="since">Since when.</param>
    public WorkerDay(Worker worker, Activity activity, DateTimeOffset since)
    {
        Worker = worker;
        (Activity, Since) = (activity, since);
    }

    /// <summary>Who.</summary>
    public Worker Worker { get; }

    /// <summary>The activity after the last change.</summary>
    public Activity Activity { get; private set; }

    /// <summary>Since when it lasts.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>The changes, in order of time.</summary>
    public IReadOnlyList<ActivityChange> Changes => _changes;

    /// <summary>Changes the worker's activity; the one after the last change is open to the end of the plan.</summary>
    /// <param name="time">When; after the last change.</param>
    /// <param name="activity">The new activity.</param>
    public void Change(DateTimeOffset time, Activity activity)
    {
        _changes.Add(new ActivityChange(Worker, time, activity, Activity, Since));
        (Activity, Since) = (activity, time);
    }

    /// <summary>Whether the worker is available all the time and has room for one more task of the channel.</summary>
    /// <param name="channel">The task's channel.</param>
    /// <param name="from">When it would be offered.</param>
    /// <param name="until">When it would be completed.</param>
    /// <returns>True when the worker can be asked.</returns>
    public bool CanTake(TaskChannel channel, DateTimeOffset from, DateTimeOffset until) =>
        Worker.Channels.Contains(channel)
        && _tasks.Count(t => t.From < until && from < t.Until) < channel.Capacity
        && ActivityAt(from) == Workspace.Available
        && !_changes.Any(c => c.Time > from && c.Time <= until);

    /// <summary>Keeps the time for a task.</summary>
    /// <param name="from">When it is offered.</param>
    /// <param name="until">When the worker is free again.</param>
    public void Take(DateTimeOffset from, DateTimeOffset until) => _tasks.Add((from, until));

    private Activity ActivityAt(DateTimeOffset time)
    {
        var before = _changes.FindLast(c => c.Time <= time);
        return before?.Activity ?? _changes.FirstOrDefault()?.Previous ?? Activity;
    }
}
