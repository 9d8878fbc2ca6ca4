using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.TaskRouter;
using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class AnyOrderTests
{
    private static readonly string[] Agents = ["John Doe", "Alba Perez", "Kim"];
    private const string NoCustomer = """{"direction":"inbound","from":"+15551234567","to":"+18001234567"}""";
    private const string FirstCustomer = """{"from":"anonymous","customers":{"external_id":"crm-1","name":"One","email":"one@example.com","business_value":7}}""";
    private const string SecondCustomer = """{"from":"+15551234567","customers":{"external_id":"crm-2","name":"Two","phone":"nonsense"}}""";
    private static readonly string[] Queues = ["Level 1", "Level 2", "Level 3"];

    [Fact]
    [Rule("INS-15"), Rule("INS-16"), Rule("INS-62")]
    public void Any_order_of_the_events_of_any_task_gives_the_same_segments() =>
        Prop.ForAll(Lives().ToArbitrary(), life =>
        {
            var expected = Segments(life.InOrder);
            Assert.Equal(expected, Segments(life.Shuffled));
            Assert.Equal(expected, Segments(life.Shuffled.AsEnumerable().Reverse()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("INS-63"), Rule("INS-64")]
    public void Waits_of_a_task_never_overlap_and_no_length_is_negative() =>
        Prop.ForAll(Lives().ToArbitrary(), life =>
        {
            var segments = TaskTimeline.Build(life.Shuffled).Segments;
            var waits = segments.Where(segment => segment.Kind == SegmentKind.Queue)
                .OrderBy(segment => segment.StartTime).ThenBy(segment => segment.EndTime ?? DateTimeOffset.MaxValue).ToList();
            Assert.All(waits.Zip(waits.Skip(1)), pair => Assert.True(pair.First.EndTime <= pair.Second.StartTime));
            Assert.All(segments, segment => Assert.All(
                [segment.QueueTime, segment.RingTime, segment.TalkTime, segment.WrapUpTime],
                measure => Assert.True(measure is null or { Seconds: >= 0, Milliseconds: >= 0 })));
            Assert.Equal(segments.Count, segments.Select(segment => segment.SegmentId).Distinct().Count());
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("INS-15"), Rule("INS-84"), Rule("INS-88")]
    public void Any_order_of_the_events_of_any_tasks_gives_the_same_customer() =>
        Prop.ForAll(Lives().ToArbitrary(), life =>
        {
            var expected = Customer(life.InOrder);
            Assert.Equal(expected, Customer(life.Shuffled));
            Assert.Equal(expected, Customer(life.Shuffled.AsEnumerable().Reverse()));
        }).QuickCheckThrowOnFailure();

    private static string Customer(IEnumerable<TaskRouterEvent> events) =>
        JsonSerializer.Serialize(ConversationCustomer.Of("C1", [TaskTimeline.Build(events)], new LinkKeys(new())));

    private static string Segments(IEnumerable<TaskRouterEvent> events) => JsonSerializer.Serialize(TaskTimeline.Build(events).Segments);

    /// <summary>Lives of up to forty events, sensible or not, many of them at the same time.</summary>
    private static Gen<GeneratedLife> Lives() =>
        from steps in Gen.ListOf(Step())
        from order in Gen.Shuffle(Enumerable.Range(0, Math.Min(steps.Count, 40) + 1).ToArray())
        select Life([.. steps.Take(40)], order);

    private static Gen<(string Type, int Second, int Reservation, int Queue)> Step() =>
        from type in Gen.Elements(
            "task.created", "workflow.entered", "workflow.timeout", "task-queue.entered", "task-queue.moved", "task.transfer-initiated", "task.transfer-failed",
            "task.transfer-canceled", "reservation.created", "reservation.accepted", "reservation.rejected", "reservation.timeout", "reservation.canceled",
            "reservation.rescinded", "reservation.wrapup", "reservation.completed", "reservation.failed", "task.updated", "task.completed", "task.canceled", "task.deleted")
        from second in Gen.Choose(0, 30)
        from reservation in Gen.Choose(0, 2)
        from queue in Gen.Choose(0, 2)
        select (type, second, reservation, queue);

    private static GeneratedLife Life(IReadOnlyList<(string Type, int Second, int Reservation, int Queue)> steps, int[] order)
    {
        var life = new TaskLife().Created("10:00:00");
        foreach (var (type, second, reservation, queue) in steps)
        {
            life.Attributes = reservation == 2 ? FirstCustomer : queue == 2 ? SecondCustomer : NoCustomer;
            var time = $"10:00:{second:D2}.{second * 31 % 1000:D3}";
            life = type switch
            {
                _ when type.StartsWith("reservation.", StringComparison.Ordinal) =>
                    life.Reserved(type["reservation.".Length..], time, reservation + 1, Agents[reservation], Queues[queue]),
                "task-queue.entered" => life.Entered(time, Queues[queue]),
                _ => life.Add(type, time),
            };
        }

        var events = life.Events;
        return new(events, [.. order.Select(index => events[index])]);
    }

    private sealed record GeneratedLife(IReadOnlyList<TaskRouterEvent> InOrder, IReadOnlyList<TaskRouterEvent> Shuffled);
}
