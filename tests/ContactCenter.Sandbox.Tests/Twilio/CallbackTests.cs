using System.Text;
using System.Text.Json;
using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Lives;
using Microsoft.AspNetCore.WebUtilities;

namespace ContactCenter.Sandbox.Tests.Twilio;

public sealed class CallbackTests
{
    private static readonly string[] Common =
        ["AccountSid", "WorkspaceSid", "WorkspaceName", "EventType", "EventDescription", "ResourceType", "ResourceSid", "Sid", "Timestamp", "TimestampMs"];

    private static readonly string[] Task =
    [
        "TaskSid", "TaskAttributes", "TaskAge", "TaskDateCreated", "TaskPriority", "TaskVersion", "TaskAssignmentStatus", "TaskChannelSid",
        "TaskChannelUniqueName", "WorkflowSid", "WorkflowName",
    ];

    private static readonly string[] Queue = ["TaskQueueSid", "TaskQueueName", "TaskQueueTargetExpression", "TaskQueueEnteredDate"];
    private static readonly string[] Worker = ["WorkerSid", "WorkerName", "WorkerAttributes", "WorkerActivitySid", "WorkerActivityName", "WorkerVersion"];
    private static readonly string[] Transfer =
        ["TransferSid", "TransferMode", "TransferType", "TransferTo", "TransferStatus", "TransferInitiatingReservationSid", "TransferInitiatingWorkerSid"];

    private readonly IReadOnlyList<EventCallback> _day = Traffic.CallbacksOf(TrafficPlan.OfDay(1, Traffic.Day, 220));

    [Fact]
    public void A_cold_transfer_raises_the_events_of_the_worked_example()
    {
        var told = TaskCallbacks.Of(WorkedExamples.Account, WorkedExamples.ColdTransfer)
            .Select(c => $"{c.Time:HH:mm:ss.fff} {c.EventType}");

        Assert.Equal(
            [
                "10:00:00.500 task.created",
                "10:00:00.520 workflow.entered",
                "10:00:00.540 workflow.target-matched",
                "10:00:00.900 task-queue.entered",
                "10:00:08.100 reservation.created",
                "10:00:12.200 reservation.accepted",
                "10:02:12.050 task.transfer-initiated",
                "10:02:12.100 reservation.wrapup",
                "10:02:13.000 task-queue.entered",
                "10:02:22.700 reservation.completed",
                "10:02:40.000 reservation.created",
                "10:02:45.900 reservation.accepted",
                "10:02:45.915 task.transfer-completed",
                "10:05:45.100 reservation.wrapup",
                "10:05:45.105 task.wrapup",
                "10:06:15.000 reservation.completed",
                "10:06:15.200 task.completed",
            ],
            told);
    }

    [Fact]
    public void Every_event_type_carries_its_fields()
    {
        Assert.All(_day, callback =>
        {
            var expected = Common.AsEnumerable();
            var type = callback.EventType;
            if (type == "worker.activity.update")
                expected = [.. expected, .. Worker, "WorkerPreviousActivitySid", "WorkerPreviousActivityName", "WorkerTimeInPreviousActivity", "WorkerTimeInPreviousActivityMs"];
            else
                expected = expected.Concat(Task);
            if (type.StartsWith("reservation.", StringComparison.Ordinal))
                expected = [.. expected, .. Queue, .. Worker, "ReservationSid"];
            if (type.StartsWith("task-queue.", StringComparison.Ordinal))
                expected = expected.Concat(Queue);
            if (type.StartsWith("task.transfer", StringComparison.Ordinal))
                expected = expected.Concat(Transfer);
            if (type is "task.completed" or "task.canceled")
                expected = [.. expected, .. Queue, type == "task.completed" ? "TaskCompletedReason" : "TaskCanceledReason"];

            Assert.Empty(expected.Where(name => !callback.Has(name) || callback.Value(name).Length == 0).Select(name => $"{type} lacks {name}"));
            Assert.Equal(callback.Form.Count, callback.Form.Select(f => f.Key).Distinct().Count());
        });
        Assert.Equal(
            [
                "reservation.accepted", "reservation.canceled", "reservation.completed", "reservation.created", "reservation.rejected",
                "reservation.rescinded", "reservation.timeout", "reservation.wrapup", "task-queue.entered", "task-queue.timeout", "task.canceled",
                "task.completed", "task.created", "task.transfer-completed", "task.transfer-initiated", "task.updated", "task.wrapup",
                "worker.activity.update", "workflow.entered", "workflow.target-matched",
            ],
            _day.Select(c => c.EventType).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_task_begins_with_its_creation_and_ends_once()
    {
        var tasks = _day.Where(c => c.Has("TaskSid")).GroupBy(c => c.Value("TaskSid")).ToList();

        Assert.Equal(220, tasks.Count);
        Assert.All(tasks, task =>
        {
            Assert.Equal("task.created", task.MinBy(c => c.Time)!.EventType);
            Assert.Single(task, c => c.EventType is "task.completed" or "task.canceled");
            Assert.True(task.MaxBy(c => c.Time)!.EventType is "task.completed" or "task.canceled", task.Key);
        });
        Assert.All(_day.Where(c => c.Has("ReservationSid")).GroupBy(c => c.Value("ReservationSid")), reservation =>
            Assert.Single(reservation, c => c.EventType is "reservation.completed" or "reservation.rejected" or "reservation.timeout" or "reservation.rescinded" or "reservation.canceled"));
    }

    [Fact]
    public void Identifiers_times_and_attributes_are_well_formed_and_events_are_unique()
    {
        Assert.Equal(_day.Count, _day.Select(c => c.Sid).Distinct().Count());
        Assert.All(_day, callback =>
        {
            Assert.Equal(callback.Time.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), callback.Value("TimestampMs"));
            Assert.Equal(10, callback.Value("Timestamp").Length);
            Assert.All(callback.Form.Where(f => f.Key.EndsWith("Sid", StringComparison.Ordinal)), f => Assert.Matches("^[A-Z]{2}[0-9a-f]{32}$", f.Value));
            foreach (var attributes in callback.Form.Where(f => f.Key.EndsWith("Attributes", StringComparison.Ordinal)))
            {
                using var json = JsonDocument.Parse(attributes.Value);
                Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
            }
        });
    }

    [Fact]
    public void Numbers_come_from_fictional_ranges_only()
    {
        var numbers = _day.Where(c => c.Has("TaskAttributes"))
            .Select(c => JsonDocument.Parse(c.Value("TaskAttributes")).RootElement)
            .SelectMany(a => new[] { a.GetProperty("from").GetString()!, a.GetProperty("to").GetString()! })
            .Where(a => a.StartsWith('+'))
            .Distinct()
            .ToList();

        Assert.NotEmpty(numbers);
        Assert.All(numbers, n => Assert.Matches(@"^\+1555\d{7}$", n));
    }

    [Fact]
    public void The_body_decodes_to_the_form()
    {
        Assert.All(_day.Take(300), callback =>
        {
            var decoded = QueryHelpers.ParseQuery(Encoding.ASCII.GetString(callback.Body()));
            Assert.Equal(callback.Form.Select(f => (f.Key, f.Value)).Order(), decoded.Select(f => (f.Key, Value: f.Value.Single()!)).Order());
        });
    }

    [Fact]
    [Rule("INS-15")]
    public void Delivery_repeats_some_callbacks_and_swaps_some_but_loses_none()
    {
        var deliveries = DeliveryOrder.Of(_day);
        var originals = deliveries.Where(d => !d.Copy).Select(d => d.Callback).ToList();
        var late = originals.Zip(originals.Skip(1)).Count(p => p.First.Time > p.Second.Time);

        Assert.Equal(_day.Select(c => c.Sid).Order(), originals.Select(c => c.Sid).Order());
        Assert.InRange(deliveries.Count(d => d.Copy), _day.Count / 50, _day.Count / 15);
        Assert.InRange(late, _day.Count / 50, _day.Count / 8);
        Assert.All(deliveries.Index().Where(d => d.Item.Copy), copy =>
            Assert.Contains(deliveries.Take(copy.Index), d => !d.Copy && d.Callback == copy.Item.Callback));
    }
}
