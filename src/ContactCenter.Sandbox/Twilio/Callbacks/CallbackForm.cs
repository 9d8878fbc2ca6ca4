using System.Globalization;

namespace ContactCenter.Sandbox.Twilio.Callbacks;

/// <summary>Collects the parameters of one callback in the order they are sent.</summary>
internal sealed class CallbackForm
{
    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly string _sid;
    private readonly string _eventType;
    private readonly DateTimeOffset _time;

    /// <summary>Starts a callback with the parameters that every one has.</summary>
    /// <param name="account">Who sends.</param>
    /// <param name="eventType">Such as <c>task.created</c>.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="resourceType">The kind of resource it is about.</param>
    /// <param name="resourceSid">The resource it is about.</param>
    /// <param name="description">The event in words.</param>
    public CallbackForm(TwilioAccount account, string eventType, DateTimeOffset time, string resourceType, string resourceSid, string description)
    {
        (_eventType, _time) = (eventType, time);
        _sid = Sid.Of("EV", FormattableString.Invariant($"{resourceSid}/{eventType}/{time.ToUnixTimeMilliseconds()}"));
        Add("AccountSid", account.AccountSid);
        Add("WorkspaceSid", account.WorkspaceSid);
        Add("WorkspaceName", Workspace.Name);
        Add("EventType", eventType);
        Add("EventDescription", description);
        Add("ResourceType", resourceType);
        Add("ResourceSid", resourceSid);
        Add("Sid", _sid);
        Add("Timestamp", time.ToUnixTimeSeconds());
        Add("TimestampMs", time.ToUnixTimeMilliseconds());
    }

    /// <summary>Adds a text parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public void Add(string name, string value) => _fields.Add(new(name, value));

    /// <summary>Adds a numeric parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds what is known of a worker.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="activity">What the worker does from this event on.</param>
    public void AddWorker(Worker worker, Activity activity)
    {
        Add("WorkerSid", worker.Sid);
        Add("WorkerName", worker.Name);
        Add("WorkerAttributes", Attributes.Of(worker));
        Add("WorkerActivitySid", activity.Sid);
        Add("WorkerActivityName", activity.Name);
        Add("WorkerVersion", "0");
    }

    /// <summary>The callback.</summary>
    /// <returns>Everything added so far.</returns>
    public EventCallback Build() => new(_sid, _eventType, _time, _fields);
}
