using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Twilio.Callbacks;

/// <summary>Tells the life of a task in TaskRouter's callbacks.</summary>
public sealed class TaskCallbacks
{
    private readonly List<EventCallback> _callbacks = [];
    private readonly TwilioAccount _account;
    private readonly TaskLife _life;
    private QueueStay? _stay;

    private TaskCallbacks(TwilioAccount account, TaskLife life) => (_account, _life) = (account, life);

    /// <summary>All callbacks of a task.</summary>
    /// <param name="account">Who sends.</param>
    /// <param name="life">The task.</param>
    /// <returns>The callbacks in the order TaskRouter raises them; those of the worker who passed a task on overlap the next queue's.</returns>
    public static IReadOnlyList<EventCallback> Of(TwilioAccount account, TaskLife life)
    {
        var callbacks = new TaskCallbacks(account, life);
        callbacks.TellLife();
        return [.. callbacks._callbacks.OrderBy(c => c.Time)];
    }

    private void TellLife()
    {
        Task("task.created", _life.Created, "pending", $"Task {_life.TaskSid} created");
        Task("workflow.entered", _life.Created.AddMilliseconds(20), "pending", $"Task {_life.TaskSid} entered Workflow {_life.Workflow.Name}");
        Task("workflow.target-matched", _life.Created.AddMilliseconds(40), "pending", $"Task {_life.TaskSid} matched a Workflow target");

        for (var i = 0; i < _life.Stays.Count; i++)
        {
            var transferSid = i > 0 && _life.Stays[i - 1].Answer is not null ? Sid.Of("TT", $"{_life.TaskSid}/{i}") : null;
            if (transferSid is not null)
                Transfer("task.transfer-initiated", i, transferSid, "INITIATED", _life.Stays[i].WaitStart);
            var passedOn = i + 1 < _life.Stays.Count;
            TellStay(_life.Stays[i], passedOn);
            if (transferSid is not null && _stay?.Answer is { } answer)
                Transfer("task.transfer-completed", i, transferSid, "COMPLETED", answer.Ended.AddMilliseconds(15));
        }

        if (_life.Canceled)
        {
            Task("task.canceled", _life.Ended, "canceled", $"Task {_life.TaskSid} canceled: {_life.Reason}", form =>
            {
                form.Add("TaskCanceledReason", _life.Reason);
                form.Add("Reason", _life.Reason);
            });
            return;
        }
        Task("task.completed", _life.Ended, "completed", $"Task {_life.TaskSid} completed: {_life.Reason}", form =>
        {
            form.Add("TaskCompletedReason", _life.Reason);
            form.Add("Reason", _life.Reason);
        });
    }

    private void TellStay(QueueStay stay, bool passedOn)
    {
        _stay = stay;
        Task("task-queue.entered", stay.Entered, "pending", $"Task {_life.TaskSid} entered TaskQueue {stay.Queue.Name}");

        foreach (var offer in stay.Offers)
        {
            Reservation("reservation.created", offer, offer.Created, "reserved");
            switch (offer.End)
            {
                case OfferEnd.Accepted:
                    TellHandling(offer, offer.Handling!, passedOn);
                    break;
                case OfferEnd.Rejected:
                    Reservation("reservation.rejected", offer, offer.Ended, "pending");
                    break;
                case OfferEnd.TimedOut:
                    Reservation("reservation.timeout", offer, offer.Ended, "pending");
                    break;
                case OfferEnd.Rescinded:
                    Reservation("reservation.rescinded", offer, offer.Ended, "assigned");
                    break;
                default:
                    Reservation("reservation.canceled", offer, offer.Ended, "canceled");
                    break;
            }
        }
        if (stay.End == StayEnd.Overflowed)
            Task("task-queue.timeout", stay.Left.AddMilliseconds(-5), "pending", $"Task {_life.TaskSid} timed out in TaskQueue {stay.Queue.Name}");
    }

    private void TellHandling(Offer offer, Handling handling, bool passedOn)
    {
        Reservation("reservation.accepted", offer, offer.Ended, "assigned");
        if (passedOn || handling.Completed > handling.TalkEnd)
            Reservation("reservation.wrapup", offer, handling.TalkEnd, "wrapping");
        if (!passedOn && handling.Completed > handling.TalkEnd)
            Task("task.wrapup", handling.TalkEnd.AddMilliseconds(5), "wrapping", $"Task {_life.TaskSid} wrapping");
        if (!passedOn && _life.Contact.Disposition is not null)
            Task("task.updated", handling.Completed.AddMilliseconds(-1), "wrapping", $"Task {_life.TaskSid} attributes updated");
        Reservation("reservation.completed", offer, handling.Completed, "completed", finished: !passedOn);
    }

    private void Task(string type, DateTimeOffset time, string status, string description, Action<CallbackForm>? more = null)
    {
        var form = new CallbackForm(_account, type, time, "task", _life.TaskSid, description);
        // The outcome is noted last: by task.updated, and from then on every event has it.
        AddTask(form, time, status, finished: type is "task.updated" or "task.completed");
        more?.Invoke(form);
        _callbacks.Add(form.Build());
    }

    private void Reservation(string type, Offer offer, DateTimeOffset time, string status, bool finished = false)
    {
        var form = new CallbackForm(
            _account, type, time, "reservation", offer.ReservationSid, $"Reservation {offer.ReservationSid} {type.Split('.')[1]} by {offer.Worker.Name}");
        AddTask(form, time, status, finished);
        form.Add("ReservationSid", offer.ReservationSid);
        form.Add("ReservationVersion", "0");
        form.AddWorker(offer.Worker, Workspace.Available);
        _callbacks.Add(form.Build());
    }

    private void Transfer(string type, int stay, string transferSid, string status, DateTimeOffset time)
    {
        var giver = _life.Stays[stay - 1].Answer!;
        var form = new CallbackForm(_account, type, time, "transfer", transferSid, $"Transfer {transferSid} of Task {_life.TaskSid} {status}");
        AddTask(form, time, "assigned", finished: false);
        form.Add("TransferSid", transferSid);
        form.Add("TransferMode", "COLD");
        form.Add("TransferType", "QUEUE");
        form.Add("TransferTo", _life.Stays[stay].Queue.Sid);
        form.Add("TransferStatus", status);
        form.Add("TransferInitiatingReservationSid", giver.ReservationSid);
        form.Add("TransferInitiatingWorkerSid", giver.Worker.Sid);
        form.Add("TransferStarted", _life.Stays[stay].WaitStart.ToUnixTimeSeconds());
        _callbacks.Add(form.Build());
    }

    private void AddTask(CallbackForm form, DateTimeOffset time, string status, bool finished)
    {
        form.Add("TaskSid", _life.TaskSid);
        form.Add("TaskAttributes", Attributes.Of(_life, finished));
        form.Add("TaskAge", (long)(time - _life.Created).TotalSeconds);
        form.Add("TaskDateCreated", _life.Created.ToUnixTimeSeconds());
        form.Add("TaskVirtualStartTime", _life.Created.ToUnixTimeSeconds());
        form.Add("TaskPriority", "0");
        form.Add("TaskVersion", _callbacks.Count);
        form.Add("TaskIgnoreCapacity", "false");
        form.Add("TaskAssignmentStatus", status);
        form.Add("TaskChannelSid", _life.Channel.Sid);
        form.Add("TaskChannelUniqueName", _life.Channel.UniqueName);
        form.Add("WorkflowSid", _life.Workflow.Sid);
        form.Add("WorkflowName", _life.Workflow.Name);
        if (_stay is null)
            return;
        form.Add("TaskQueueSid", _stay.Queue.Sid);
        form.Add("TaskQueueName", _stay.Queue.Name);
        form.Add("TaskQueueTargetExpression", _stay.Queue.TargetExpression);
        form.Add("TaskQueueEnteredDate", _stay.Entered.ToUnixTimeSeconds());
    }
}
