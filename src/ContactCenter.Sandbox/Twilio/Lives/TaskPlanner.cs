namespace ContactCenter.Sandbox.Twilio.Lives;

/// <summary>Writes the lives of tasks, one after the other in the order they arrive.</summary>
/// <param name="key">What the lives belong to; part of every identifier.</param>
/// <param name="roster">Who can be asked.</param>
/// <param name="pace">Scales every duration; 1 is that of a real day.</param>
public sealed class TaskPlanner(string key, Roster roster, double pace)
{
    private enum Fate
    {
        Answered,
        Rejected,
        TimedOut,
        Rescinded,
        Overflowed,
        Transferred,
        AbandonedWaiting,
        AbandonedRinging,
        AbandonedAfterTransfer,
        TimeToLive,
    }

    private static readonly (Fate, int)[] Fates =
    [
        (Fate.Answered, 52), (Fate.Rejected, 7), (Fate.TimedOut, 7), (Fate.Rescinded, 4), (Fate.Overflowed, 4), (Fate.Transferred, 10),
        (Fate.AbandonedWaiting, 8), (Fate.AbandonedRinging, 3), (Fate.AbandonedAfterTransfer, 2), (Fate.TimeToLive, 3),
    ];

    private static readonly (TaskChannel, int)[] Channels = [(Workspace.Voice, 60), (Workspace.Chat, 25), (Workspace.Sms, 15)];
    private static readonly string[] Reasons = ["solved", "informed", "sold", "callback agreed"];
    private static readonly string[] Dispositions = ["Solved", "Sold", "Not interested", "Forwarded"];
    private static readonly string[] Campaigns = ["Spring", "Renewal", "Win back"];

    private readonly List<TaskLife> _lives = [];

    /// <summary>The lives written so far.</summary>
    public IReadOnlyList<TaskLife> Lives => _lives;

    /// <summary>Writes the next life.</summary>
    /// <param name="number">Its number, unique in the plan.</param>
    /// <param name="arrival">When the task is created; not before that of the life before.</param>
    public void Plan(int number, DateTimeOffset arrival)
    {
        var dice = new Dice($"{key}/task/{number}");
        var sid = Sid.Of("WT", $"{key}/{number}");
        // The first lives show each fate once, so that no plan lacks one.
        var fate = _lives.Count < Fates.Length ? Fates[_lives.Count].Item1 : dice.Weighted(Fates);
        var channel = fate == Fate.TimeToLive ? Workspace.Sms : dice.Weighted(Channels);
        var contact = Contact(dice, number, channel, fate);
        var entered = arrival + dice.Seconds(0.06, 0.4);
        var script = new StayWriter(dice, roster, pace, sid);
        var queue = dice.Pick(Workspace.FrontQueues[channel]);
        var second = Workspace.SecondQueues[channel];

        switch (fate)
        {
            case Fate.Answered when contact.Outbound:
                script.Dialled(queue, entered);
                break;
            case Fate.Answered:
                script.Answered(queue, entered);
                break;
            case Fate.Rejected:
                script.Answered(queue, entered, OfferEnd.Rejected);
                break;
            case Fate.TimedOut:
                script.Answered(queue, entered, OfferEnd.TimedOut);
                break;
            case Fate.Rescinded:
                script.Answered(queue, entered, OfferEnd.Rescinded);
                break;
            case Fate.Overflowed:
                script.Answered(second, script.Overflowed(queue, entered));
                break;
            case Fate.Transferred:
                if (script.Answered(queue, entered, transferred: true) is { } transfer)
                    script.Answered(second, transfer + dice.Seconds(0.3, 0.9), waitStart: transfer);
                break;
            case Fate.AbandonedWaiting:
                script.Abandoned(queue, entered, entered);
                break;
            case Fate.AbandonedRinging:
                script.Abandoned(queue, entered, entered, ringing: true);
                break;
            case Fate.AbandonedAfterTransfer:
                if (script.Answered(queue, entered, transferred: true) is { } lost)
                    script.Abandoned(second, lost, lost + dice.Seconds(0.3, 0.9), ringing: true);
                break;
            default:
                script.Expired(queue, arrival, entered);
                break;
        }

        var last = script.Stays[^1];
        var (ended, reason) = last switch
        {
            { Answer.Handling: { } handling } => (handling.Completed + dice.Seconds(0.05, 0.4), dice.Pick(Reasons)),
            _ when fate == Fate.TimeToLive => (last.Left, TaskLife.TimeToLiveExceeded),
            _ => (last.Left, "hangup"),
        };
        var workflow = channel == Workspace.Voice ? Workspace.VoiceWorkflow : Workspace.MessagingWorkflow;
        _lives.Add(new TaskLife(sid, workflow, contact, arrival, script.Stays, ended, reason));
    }

    private Contact Contact(Dice dice, int number, TaskChannel channel, Fate fate)
    {
        var outbound = channel == Workspace.Voice && fate == Fate.Answered && dice.Chance(8);
        // Now and then someone writes again about what a task before was about.
        var earlier = fate == Fate.Answered && !outbound && _lives.Count > 0 && dice.Chance(6) ? _lives[^dice.Between(1, Math.Min(20, _lives.Count))] : null;
        return new Contact(
            number,
            earlier?.Contact.Customer ?? dice.Between(1, 150),
            outbound,
            dice.Chance(40) ? dice.Pick(Campaigns) : null,
            dice.Chance(50) ? dice.Pick(Dispositions) : null,
            earlier is null ? null : earlier.Contact.ConversationId ?? earlier.TaskSid);
    }
}
