namespace ContactCenter.Sandbox.Twilio.Lives;

/// <summary>How an offer of a task to a worker ended.</summary>
public enum OfferEnd
{
    /// <summary>The worker took the task.</summary>
    Accepted,

    /// <summary>The worker declined.</summary>
    Rejected,

    /// <summary>The worker did not react.</summary>
    TimedOut,

    /// <summary>Another worker was faster.</summary>
    Rescinded,

    /// <summary>The task ended while it was being offered.</summary>
    Canceled,
}

/// <summary>How a stay in a queue ended.</summary>
public enum StayEnd
{
    /// <summary>A worker accepted.</summary>
    Answered,

    /// <summary>The workflow's step timed out and the task went on to the next queue.</summary>
    Overflowed,

    /// <summary>The task was canceled while it waited.</summary>
    Canceled,
}

/// <summary>A worker's work on a task.</summary>
/// <param name="TalkEnd">When the conversation was over.</param>
/// <param name="Completed">When the worker was done; equal to <paramref name="TalkEnd"/> when nothing was wrapped up.</param>
public sealed record Handling(DateTimeOffset TalkEnd, DateTimeOffset Completed);

/// <summary>One offer of a task to one worker: a reservation.</summary>
/// <param name="ReservationSid">WR…</param>
/// <param name="Worker">Who was asked.</param>
/// <param name="Created">When it began to ring.</param>
/// <param name="End">How it ended.</param>
/// <param name="Ended">When it ended; for an accepted one the acceptance.</param>
/// <param name="Handling">What followed the acceptance; null unless accepted.</param>
public sealed record Offer(string ReservationSid, Worker Worker, DateTimeOffset Created, OfferEnd End, DateTimeOffset Ended, Handling? Handling = null);

/// <summary>One stay of a task in one queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="WaitStart">When the customer began to wait: the entry, or for a transfer the moment it was started.</param>
/// <param name="Entered">When the task entered the queue; not before <paramref name="WaitStart"/>.</param>
/// <param name="Offers">The offers made, in the order they began; at most one was accepted.</param>
/// <param name="End">How it ended.</param>
/// <param name="Left">When it ended.</param>
public sealed record QueueStay(TaskQueue Queue, DateTimeOffset WaitStart, DateTimeOffset Entered, IReadOnlyList<Offer> Offers, StayEnd End, DateTimeOffset Left)
{
    /// <summary>The offer that was accepted, if any.</summary>
    public Offer? Answer => Offers.SingleOrDefault(o => o.End == OfferEnd.Accepted);
}

/// <summary>
/// The whole life of a task, as it happened. Callbacks and truth are both written from it, each by its own code.
/// A stay that follows an answered one is a cold transfer.
/// </summary>
/// <param name="TaskSid">WT…</param>
/// <param name="Workflow">What routed it.</param>
/// <param name="Contact">Who wanted what; the source of the task's attributes.</param>
/// <param name="Created">When it began.</param>
/// <param name="Stays">The queues it waited in; at least one.</param>
/// <param name="Ended">When it was completed or canceled.</param>
/// <param name="Reason">The reason stated at its end.</param>
public sealed record TaskLife(
    string TaskSid, Workflow Workflow, Contact Contact, DateTimeOffset Created, IReadOnlyList<QueueStay> Stays, DateTimeOffset Ended, string Reason)
{
    /// <summary>The reason that TaskRouter states when a task outlived its time.</summary>
    public const string TimeToLiveExceeded = "Task TTL Exceeded";

    /// <summary>The channel of the task.</summary>
    public TaskChannel Channel => Stays[0].Queue.Channel;

    /// <summary>Whether it ended without the last wait having been answered.</summary>
    public bool Canceled => Stays[^1].End == StayEnd.Canceled;
}

/// <summary>Who got in touch, how, and what for.</summary>
/// <param name="Number">The number of the task within its day; makes addresses of the channel unique.</param>
/// <param name="Customer">The number of the customer, from 1.</param>
/// <param name="Outbound">Whether the contact centre called the customer.</param>
/// <param name="Campaign">What the contact is counted under; null when nothing is.</param>
/// <param name="Disposition">What the worker notes as outcome when done; null when nothing.</param>
/// <param name="ConversationId">The conversation that this task continues; null when it is its own.</param>
public sealed record Contact(int Number, int Customer, bool Outbound, string? Campaign, string? Disposition, string? ConversationId);
