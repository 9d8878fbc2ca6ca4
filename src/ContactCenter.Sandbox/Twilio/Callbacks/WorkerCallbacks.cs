using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Twilio.Callbacks;

/// <summary>The callbacks about workers.</summary>
public static class WorkerCallbacks
{
    /// <summary>The callback that tells a change of activity.</summary>
    /// <param name="account">Who sends.</param>
    /// <param name="change">The change.</param>
    /// <returns><c>worker.activity.update</c>.</returns>
    public static EventCallback Of(TwilioAccount account, ActivityChange change)
    {
        var inPrevious = (long)(change.Time - change.PreviousSince).TotalMilliseconds;
        var form = new CallbackForm(
            account,
            "worker.activity.update",
            change.Time,
            "worker",
            change.Worker.Sid,
            $"Worker {change.Worker.Name} updated to {change.Activity.Name} Activity");
        form.AddWorker(change.Worker, change.Activity);
        form.Add("WorkerPreviousActivitySid", change.Previous.Sid);
        form.Add("WorkerPreviousActivityName", change.Previous.Name);
        form.Add("WorkerTimeInPreviousActivity", inPrevious / 1000);
        form.Add("WorkerTimeInPreviousActivityMs", inPrevious);
        return form.Build();
    }
}
