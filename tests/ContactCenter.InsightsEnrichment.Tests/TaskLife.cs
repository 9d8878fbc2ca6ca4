using System.Globalization;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>Tells the life of a task as TaskRouter would: one call per event, rendered as form posts.</summary>
/// <param name="number">Number of the task: <c>WT…1</c> for 1.</param>
/// <param name="day">The day (UTC) of the events' times.</param>
internal sealed class TaskLife(int number = 1, string day = "2026-03-02")
{
    public const string AccountSid = "AC00000000000000000000000000000001";
    public const string WorkspaceSid = "WS00000000000000000000000000000001";

    private readonly List<Dictionary<string, string>> _events = [];

    public string TaskSid { get; } = Sid("WT", number);

    public string Attributes { get; set; } = """{"direction":"inbound","from":"+15551234567","to":"+18001234567"}""";

    public string Channel { get; set; } = "voice";

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Forms => _events;

    /// <summary>The events as enrichment reads them.</summary>
    public IReadOnlyList<TaskRouterEvent> Events => [.. _events.Select(Read)];

    public static string Sid(string prefix, int number) => $"{prefix}{number:D32}";

    public static string SidOf(string name) => Sid("WQ", name.Sum(letter => letter));

    public TaskLife Created(string time) => Add("task.created", time);

    public TaskLife Entered(string time, string queue) => Add("task-queue.entered", time, Queue(queue));

    public TaskLife Offered(string time, int reservation, string agent, string queue) =>
        Add("reservation.created", time, [.. Reservation(reservation, agent), .. Queue(queue)]);

    public TaskLife Reserved(string what, string time, int reservation, string agent, string queue) =>
        Add($"reservation.{what}", time, [.. Reservation(reservation, agent), .. Queue(queue)]);

    public TaskLife TransferInitiated(string time, string? toQueue = null) =>
        Add("task.transfer-initiated", time, toQueue is null ? [] : [("TransferTo", SidOf(toQueue)), ("TransferSid", Sid("TT", number))]);

    public TaskLife Completed(string time, string? reason = null) =>
        Add("task.completed", time, reason is null ? [] : [("TaskCompletedReason", reason)]);

    public TaskLife Canceled(string time, string? reason = null) =>
        Add("task.canceled", time, reason is null ? [] : [("TaskCanceledReason", reason)]);

    public TaskLife Add(string type, string time, params IReadOnlyList<(string Name, string Value)> values)
    {
        var moment = DateTimeOffset.Parse($"{day}T{time}Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["EventType"] = type,
            ["Sid"] = Sid("EV", number * 1000 + _events.Count + 1),
            ["AccountSid"] = AccountSid,
            ["WorkspaceSid"] = WorkspaceSid,
            ["Timestamp"] = (moment / 1000).ToString(CultureInfo.InvariantCulture),
            ["TimestampMs"] = moment.ToString(CultureInfo.InvariantCulture),
            ["TaskSid"] = TaskSid,
            ["TaskChannelUniqueName"] = Channel,
            ["TaskAttributes"] = Attributes,
            ["WorkflowName"] = "Everyone",
        };
        foreach (var (name, value) in values)
            form[name] = value;
        _events.Add(form);
        return this;
    }

    public static TaskRouterEvent Read(IReadOnlyDictionary<string, string> form) => TaskRouterEvent.Read(Raw(form));

    public static RawEvent Raw(IReadOnlyDictionary<string, string> form) =>
        RawEventIntake.OfCallback(Guid.Empty, DateTimeOffset.UnixEpoch, null, FormOf.Bytes(form), FormBody.Parse(FormOf.Bytes(form)));

    private static (string, string)[] Queue(string name) => [("TaskQueueName", name), ("TaskQueueSid", SidOf(name))];

    private static (string, string)[] Reservation(int reservation, string agent) =>
    [
        ("ReservationSid", Sid("WR", reservation)),
        ("WorkerName", agent),
        ("WorkerSid", Sid("WK", agent.Sum(letter => letter))),
        ("WorkerActivityName", "Available"),
    ];
}

/// <summary>Form bodies as TaskRouter writes them.</summary>
internal static class FormOf
{
    public static byte[] Bytes(IReadOnlyDictionary<string, string> form) =>
        System.Text.Encoding.UTF8.GetBytes(string.Join('&', form.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}")));
}
