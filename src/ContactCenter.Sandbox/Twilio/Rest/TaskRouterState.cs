using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Sandbox.Twilio.Callbacks;

namespace ContactCenter.Sandbox.Twilio.Rest;

/// <summary>What TaskRouter would know: every event that happened, and the tasks and workers that they left behind.</summary>
/// <param name="time">When changes are made.</param>
public sealed class TaskRouterState(TimeProvider time)
{
    private static readonly Dictionary<string, string> StatusAfter = new(StringComparer.Ordinal)
    {
        ["reservation.created"] = "reserved",
        ["reservation.accepted"] = "assigned",
        ["reservation.wrapup"] = "wrapping",
        ["task.completed"] = "completed",
        ["task.canceled"] = "canceled",
    };

    /// <summary>Live traffic runs for days: what is oldest goes, with its task.</summary>
    private const int MostEvents = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<EventCallback> _order = [];
    private readonly Dictionary<string, RestResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EventCallback> _events = new(StringComparer.Ordinal);

    /// <summary>Takes an event: lists it, and changes the task and the worker that it is about.</summary>
    /// <param name="callback">The event, whether or not its callback is ever delivered; a copy changes nothing.</param>
    public void Happened(EventCallback callback)
    {
        lock (_lock)
        {
            if (!_events.TryAdd(callback.Sid, callback))
                return;
            _order.Enqueue(callback);
            if (_order.Count > MostEvents)
                Forget(_order.Dequeue());
            var fields = callback.Form.ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
            if (fields.TryGetValue("TaskSid", out var taskSid))
            {
                Change(taskSid, callback.Time, task =>
                {
                    task.Attributes = fields.GetValueOrDefault("TaskAttributes", task.Attributes);
                    task.AssignmentStatus = StatusAfter.GetValueOrDefault(callback.EventType, task.AssignmentStatus);
                });
            }

            if (fields.TryGetValue("WorkerSid", out var workerSid))
            {
                Change(workerSid, callback.Time, worker =>
                {
                    worker.Attributes = fields.GetValueOrDefault("WorkerAttributes", worker.Attributes);
                    worker.FriendlyName = fields.GetValueOrDefault("WorkerName", worker.FriendlyName ?? "");
                });
            }
        }
    }

    /// <summary>Changes a task (<c>WT…</c>) or worker, which is made if it is new, and gives it the next version.</summary>
    /// <param name="sid">Which.</param>
    /// <param name="change">What to change.</param>
    public void Change(string sid, Action<RestResource> change) => Change(sid, time.GetUtcNow(), change);

    /// <summary>Takes a task or worker away, as TaskRouter does with tasks some time after their end.</summary>
    /// <param name="sid">Which.</param>
    public void Remove(string sid)
    {
        lock (_lock)
            _resources.Remove(sid);
    }

    /// <summary>Reads or changes a resource while nobody else does.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="sid">Which.</param>
    /// <param name="use">Gets the resource; null if there is none.</param>
    public T With<T>(string sid, Func<RestResource?, T> use)
    {
        lock (_lock)
            return use(_resources.GetValueOrDefault(sid));
    }

    /// <summary>The events of a range of time, the newest first.</summary>
    /// <param name="from">First instant.</param>
    /// <param name="until">The instant after the last.</param>
    /// <param name="eventType">Only those of a type; null for all.</param>
    /// <param name="taskSid">Only those of a task; null for all.</param>
    public IReadOnlyList<EventCallback> Events(DateTimeOffset from, DateTimeOffset until, string? eventType, string? taskSid)
    {
        lock (_lock)
        {
            return [.. _events.Values
                .Where(e => e.Time >= from && e.Time < until && (eventType is null || e.EventType == eventType)
                    && (taskSid is null || e.Form.Any(field => field is { Key: "TaskSid" } && field.Value == taskSid)))
                .OrderByDescending(e => e.Time).ThenByDescending(e => e.Sid, StringComparer.Ordinal)];
        }
    }

    /// <summary>An event as the API lists it: what is common at the root, the rest in <c>event_data</c> in snake case.</summary>
    /// <param name="callback">The event.</param>
    public static JsonObject ToJson(EventCallback callback)
    {
        var fields = callback.Form.ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
        var data = new JsonObject();
        foreach (var (name, value) in callback.Form.Where(field => !AtRoot.Contains(field.Key)))
            data[SnakeCase(name)] = value;
        return new JsonObject
        {
            ["account_sid"] = fields.GetValueOrDefault("AccountSid"),
            ["actor_sid"] = null,
            ["actor_type"] = null,
            ["actor_url"] = null,
            ["description"] = fields.GetValueOrDefault("EventDescription"),
            ["event_data"] = data,
            ["event_date"] = RestTime.Of(callback.Time),
            ["event_date_ms"] = callback.Time.ToUnixTimeMilliseconds(),
            ["event_type"] = callback.EventType,
            ["resource_sid"] = fields.GetValueOrDefault("ResourceSid"),
            ["resource_type"] = fields.GetValueOrDefault("ResourceType"),
            ["resource_url"] = null,
            ["sid"] = callback.Sid,
            ["source"] = "taskrouter",
            ["source_ip_address"] = null,
            ["workspace_sid"] = fields.GetValueOrDefault("WorkspaceSid"),
        };
    }

    private static readonly HashSet<string> AtRoot = new(StringComparer.Ordinal)
    {
        "AccountSid", "WorkspaceSid", "WorkspaceName", "EventType", "EventDescription", "ResourceType", "ResourceSid", "Sid", "Timestamp", "TimestampMs",
    };

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private void Forget(EventCallback oldest)
    {
        _events.Remove(oldest.Sid);
        if (oldest.Form.FirstOrDefault(field => field.Key == "TaskSid").Value is { } taskSid)
            _resources.Remove(taskSid);
    }

    private void Change(string sid, DateTimeOffset when, Action<RestResource> change)
    {
        lock (_lock)
        {
            if (!_resources.TryGetValue(sid, out var resource))
                _resources[sid] = resource = new(sid, sid.StartsWith("WT", StringComparison.Ordinal), when);
            change(resource);
            resource.Version++;
            resource.Updated = when;
        }
    }
}
