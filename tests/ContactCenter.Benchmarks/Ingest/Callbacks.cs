using ContactCenter.Sandbox.Twilio;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>Event callbacks of tasks that are queued, offered, answered, wrapped up and completed; no two calls make the same.</summary>
internal sealed class Callbacks
{
    internal const string AccountSid = "AC00000000000000000000000000000001";
    internal const string WorkspaceSid = "WS00000000000000000000000000000001";
    internal const string AuthToken = "benchmark-auth-token";
    internal const string PublicBaseUrl = "https://insights.example.com";
    internal const string Path = "/ingest/twilio/taskrouter";

    private static readonly string[] Life =
        ["task.created", "task-queue.entered", "reservation.created", "reservation.accepted", "reservation.wrapup", "reservation.completed", "task.completed"];

    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private int _task;

    /// <summary>The form bodies of the next events, whole lives one after the other.</summary>
    internal IEnumerable<IReadOnlyList<KeyValuePair<string, string>>> Next(int events)
    {
        for (var i = 0; i < events; i++)
        {
            if (i % Life.Length == 0)
                _task++;
            yield return Event(_task, i % Life.Length);
        }
    }

    /// <summary>Writes signed callbacks, one per line, as <c>callbacks.lua</c> reads them.</summary>
    internal async Task WriteAsync(string path, int events, CancellationToken cancellationToken) =>
        await File.WriteAllLinesAsync(path, Next(events).Select(form => $"{TwilioSignature.Sign(PublicBaseUrl + Path, form, AuthToken)}\t{Body(form)}"), cancellationToken);

    internal static string Body(IEnumerable<KeyValuePair<string, string>> form) =>
        string.Join('&', form.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));

    private static List<KeyValuePair<string, string>> Event(int task, int step)
    {
        var time = Start.AddMilliseconds((task * 100L) + (step * 7_000)).ToUnixTimeMilliseconds();
        var form = new List<KeyValuePair<string, string>>
        {
            new("EventType", Life[step]),
            new("Sid", Sid("EV", (task * 10) + step)),
            new("AccountSid", AccountSid),
            new("WorkspaceSid", WorkspaceSid),
            new("WorkspaceName", "Contact centre"),
            new("Timestamp", $"{time / 1000}"),
            new("TimestampMs", $"{time}"),
            new("ResourceType", Life[step].Split('.')[0]),
            new("ResourceSid", Sid("WT", task)),
            new("TaskSid", Sid("WT", task)),
            new("TaskPriority", "10"),
            new("TaskAge", $"{step * 7}"),
            new("TaskChannelSid", Sid("TC", 1)),
            new("TaskChannelUniqueName", "voice"),
            new("WorkflowSid", Sid("WW", 1)),
            new("WorkflowName", "Everyone"),
            new("TaskQueueSid", Sid("WQ", task % 20)),
            new("TaskQueueName", $"Level {task % 20}"),
            new("TaskAttributes", Attributes(task)),
        };
        if (Life[step].StartsWith("reservation.", StringComparison.Ordinal))
        {
            form.Add(new("ReservationSid", Sid("WR", task)));
            form.Add(new("WorkerSid", Sid("WK", task % 500)));
            form.Add(new("WorkerName", $"agent{task % 500}@example.com"));
            form.Add(new("WorkerActivityName", "Available"));
            form.Add(new("WorkerAttributes", """{"full_name":"An Agent","email":"agent@example.com","team_id":"T1","team_name":"First"}"""));
        }

        return form;
    }

    private static string Attributes(int task) =>
        $$"""
        {"direction":"inbound","from":"+1555{{task % 10_000_000:D7}}","to":"+18001234567",
        "conversations":{"campaign":"Spring","conversation_attribute_1":"gold","language":"en","outcome":"Solved"},
        "customers":{"external_id":"c-{{task}}","name":"A Customer","city":"Lisbon"} }
        """;

    private static string Sid(string prefix, int number) => $"{prefix}{number:D32}";
}
