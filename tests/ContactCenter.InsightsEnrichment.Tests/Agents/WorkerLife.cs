using System.Globalization;

namespace ContactCenter.InsightsEnrichment.Tests.Agents;

/// <summary>Tells the life of a worker as TaskRouter would: one call per event, rendered as form posts.</summary>
/// <param name="number">Number of the worker: <c>WK…1</c> for 1.</param>
/// <param name="name">Its name.</param>
internal sealed class WorkerLife(int number = 1, string name = "John Doe")
{
    private readonly List<Dictionary<string, string>> _events = [];

    public string WorkerSid { get; } = TaskLife.Sid("WK", number);

    public string Attributes { get; set; } = "{}";

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Forms => _events;

    public static string ActivitySid(string activity) => TaskLife.Sid("WA", activity.Sum(letter => letter));

    public WorkerLife Created(string time, string activity) => Add("worker.created", time, Now(activity));

    public WorkerLife Changed(string time, string activity, string? previous = null, double? seconds = null) => Add("worker.activity.update", time,
    [
        .. Now(activity),
        .. previous is null ? [] : new[] { ("WorkerPreviousActivityName", previous), ("WorkerPreviousActivitySid", ActivitySid(previous)) },
        .. seconds is { } known ? new[] { ("WorkerTimeInPreviousActivity", $"{(long)known}"), ("WorkerTimeInPreviousActivityMs", $"{(long)(known * 1000)}") } : [],
    ]);

    public WorkerLife Deleted(string time) => Add("worker.deleted", time);

    public WorkerLife Add(string type, string time, params IReadOnlyList<(string Name, string Value)> values)
    {
        var moment = DateTimeOffset.Parse($"2026-03-02T{time}Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["EventType"] = type,
            ["Sid"] = TaskLife.Sid("EV", 900_000 + number * 1000 + _events.Count + 1),
            ["AccountSid"] = TaskLife.AccountSid,
            ["WorkspaceSid"] = TaskLife.WorkspaceSid,
            ["Timestamp"] = (moment / 1000).ToString(CultureInfo.InvariantCulture),
            ["TimestampMs"] = moment.ToString(CultureInfo.InvariantCulture),
            ["WorkerSid"] = WorkerSid,
            ["WorkerName"] = name,
            ["WorkerAttributes"] = Attributes,
        };
        foreach (var (field, value) in values)
            form[field] = value;
        _events.Add(form);
        return this;
    }

    private static (string, string)[] Now(string activity) => [("WorkerActivityName", activity), ("WorkerActivitySid", ActivitySid(activity))];
}
