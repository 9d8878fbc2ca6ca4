namespace ContactCenter.Sandbox.Twilio.Lives;

/// <summary>Writes the stays of one task, each from where the one before ended.</summary>
/// <param name="dice">The task's own dice.</param>
/// <param name="roster">Who can be asked.</param>
/// <param name="pace">Scales every duration; 1 is that of a real day.</param>
/// <param name="taskSid">The task.</param>
internal sealed class StayWriter(Dice dice, Roster roster, double pace, string taskSid)
{
    private const double OfferTimeoutSeconds = 20;
    private const double TimeToLiveSeconds = 3600;

    private readonly List<QueueStay> _stays = [];
    private int _offers;

    /// <summary>The stays written so far.</summary>
    public IReadOnlyList<QueueStay> Stays => _stays;

    /// <summary>A wait that a worker ends; when nobody has time, the customer gives up.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="entered">When the task enters it.</param>
    /// <param name="before">What another worker does with the task first; null for nothing.</param>
    /// <param name="transferred">Whether the worker passes the task on.</param>
    /// <param name="waitStart">When the wait began, if before <paramref name="entered"/>.</param>
    /// <returns>When the task was passed on; null when it was not, or when nobody answered.</returns>
    public DateTimeOffset? Answered(
        TaskQueue queue, DateTimeOffset entered, OfferEnd? before = null, bool transferred = false, DateTimeOffset? waitStart = null)
    {
        var offers = new List<Offer>();
        var from = entered + Wait();
        if (before is OfferEnd.Rejected or OfferEnd.TimedOut)
        {
            var ringing = before == OfferEnd.TimedOut ? Paced(OfferTimeoutSeconds, OfferTimeoutSeconds) : Paced(2, 9);
            if (Search(queue, ref from, ringing, []) is { } unwilling)
            {
                offers.Add(NewOffer(unwilling, from, before.Value, from + ringing));
                from += ringing + dice.Seconds(0.2, 0.6);
            }
        }

        var ring = Paced(2, 9);
        var talk = queue.Channel == Workspace.Voice ? Paced(40, 420) : Paced(90, 800);
        // Some are done at once, most write a line or two, few fill in a form.
        var (shortest, longest) = transferred ? (0, 15) : dice.Weighted<(double, double)>([((0, 0), 15), ((2, 20), 45), ((20, 75), 30), ((75, 240), 10)]);
        var wrapUp = Paced(shortest, longest);
        var asked = offers.ConvertAll(o => o.Worker);
        if (Search(queue, ref from, ring + talk + wrapUp, asked) is not { } day)
        {
            GivenUp(queue, waitStart ?? entered, entered, offers);
            return null;
        }

        var accepted = from + ring;
        var handling = new Handling(accepted + talk, accepted + talk + wrapUp);
        offers.Add(NewOffer(day, from, OfferEnd.Accepted, accepted, handling));
        if (before == OfferEnd.Rescinded && Search(queue, ref from, ring + TimeSpan.FromSeconds(1), [day.Worker], wait: false) is { } slower)
            offers.Add(NewOffer(slower, from, OfferEnd.Rescinded, accepted + dice.Seconds(0.02, 0.2)));
        _stays.Add(new QueueStay(queue, waitStart ?? entered, entered, offers, StayEnd.Answered, accepted));
        return transferred ? handling.TalkEnd - dice.Seconds(0.02, 0.09) : null;
    }

    /// <summary>A task that the contact centre itself begins: its worker takes it at once.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="entered">When the task enters it.</param>
    public void Dialled(TaskQueue queue, DateTimeOffset entered)
    {
        var from = entered + dice.Seconds(0.1, 0.3);
        var ring = dice.Seconds(0.2, 0.8);
        var (talk, wrapUp) = (Paced(50, 270), Paced(5, 30));
        if (Search(queue, ref from, ring + talk + wrapUp, []) is not { } day)
        {
            GivenUp(queue, entered, entered, []);
            return;
        }
        var accepted = from + ring;
        var offer = NewOffer(day, from, OfferEnd.Accepted, accepted, new Handling(accepted + talk, accepted + talk + wrapUp));
        _stays.Add(new QueueStay(queue, entered, entered, [offer], StayEnd.Answered, accepted));
    }

    /// <summary>A wait that the workflow ends because nobody came in time.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="entered">When the task enters it.</param>
    /// <returns>When it goes on to the next queue.</returns>
    public DateTimeOffset Overflowed(TaskQueue queue, DateTimeOffset entered)
    {
        var left = entered + Paced(60, 60) + dice.Seconds(0.01, 0.09);
        _stays.Add(new QueueStay(queue, entered, entered, [], StayEnd.Overflowed, left));
        return left;
    }

    /// <summary>A wait that the customer ends.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="waitStart">When the wait began.</param>
    /// <param name="entered">When the task enters the queue.</param>
    /// <param name="ringing">Whether it is just being offered.</param>
    public void Abandoned(TaskQueue queue, DateTimeOffset waitStart, DateTimeOffset entered, bool ringing = false)
    {
        var offers = new List<Offer>();
        var from = OnceAlone(entered + Wait());
        var ring = Paced(2, 12);
        if (ringing && Search(queue, ref from, ring, []) is { } day)
        {
            offers.Add(NewOffer(day, from, OfferEnd.Canceled, from + ring));
            _stays.Add(new QueueStay(queue, waitStart, entered, offers, StayEnd.Canceled, from + ring + dice.Seconds(0.01, 0.15)));
            return;
        }
        GivenUp(queue, waitStart, entered, offers);
    }

    /// <summary>A wait that nobody ended before the task's time was over.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="created">When the task's time began.</param>
    /// <param name="entered">When the task enters the queue.</param>
    public void Expired(TaskQueue queue, DateTimeOffset created, DateTimeOffset entered) =>
        _stays.Add(new QueueStay(queue, entered, entered, [], StayEnd.Canceled, created + Paced(TimeToLiveSeconds, TimeToLiveSeconds)));

    private void GivenUp(TaskQueue queue, DateTimeOffset waitStart, DateTimeOffset entered, List<Offer> offers)
    {
        // One in five hangs up almost at once: a short abandon for workforce management.
        var patience = dice.Chance(20) ? dice.Seconds(1, 4.5) : Paced(8, 240);
        var from = OnceAlone(offers.Count == 0 ? entered : offers[^1].Ended);
        _stays.Add(new QueueStay(queue, waitStart, entered, offers, StayEnd.Canceled, from + patience));
    }

    // TaskRouter cancels no task that a worker still wraps up, so the one who passed it on is done first.
    private DateTimeOffset OnceAlone(DateTimeOffset time) =>
        _stays is [.., { Answer.Handling: { } handling }] && handling.Completed > time ? handling.Completed : time;

    private WorkerDay? Search(TaskQueue queue, ref DateTimeOffset from, TimeSpan length, IReadOnlyCollection<Worker> except, bool wait = true)
    {
        var limit = wait ? 60 : 1;
        var step = Paced(4, 6);
        for (var i = 0; i < limit; i++)
        {
            var at = from + step * i;
            if (roster.Find(dice, queue.Channel, at, at + length, except) is not { } day)
                continue;
            from = at;
            day.Take(at, at + length);
            return day;
        }
        return null;
    }

    private Offer NewOffer(WorkerDay day, DateTimeOffset created, OfferEnd end, DateTimeOffset ended, Handling? handling = null) =>
        new(Sid.Of("WR", $"{taskSid}/{++_offers}"), day.Worker, created, end, ended, handling);

    private TimeSpan Wait() => dice.Chance(60) ? dice.Seconds(0.3, 2) : Paced(2, 45);

    private TimeSpan Paced(double lowSeconds, double highSeconds) => dice.Seconds(lowSeconds * pace, highSeconds * pace);
}
