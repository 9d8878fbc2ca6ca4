using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.Benchmarks.Enrich;

/// <summary>
/// Task attributes with a value for every field, read, checked and made into the values of a segment by the production
/// code; compared with JsonDocument parsing the same bytes and doing nothing with them.
/// </summary>
internal sealed class EnrichBenchmark : IBenchmark
{
    public string Name => "enrich";

    public Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var (rounds, times) = isQuick ? (3, 20_000) : (7, 100_000);
        var json = Sample();
        var defaults = new SegmentDefaults("voice", "WQ00000000000000000000000000000001", "Level 1", "Everyone", "Available", WorkerAttributes.Empty, "solved", false, false, false);
        Measure(() => Enrich(json, defaults), times / 4);
        Measure(() => Parse(json), times / 4);

        var (ours, parse, allocated) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var enriched = Measure(() => Enrich(json, defaults), times);
            ours.Add(enriched.Microseconds);
            allocated.Add(enriched.Bytes);
            parse.Add(Measure(() => Parse(json), times).Microseconds);
        }

        report.Add("input_bytes", json.Length, "bytes");
        report.Add("ours", BenchmarkReport.Median(ours), "us");
        report.Add("parse", BenchmarkReport.Median(parse), "us");
        report.Add("time_vs_parse", BenchmarkReport.Median(ours.Zip(parse, (a, b) => a / b)), "ratio", Target.AtMost(2.0));
        report.Add("alloc_bytes", BenchmarkReport.Median(allocated), "bytes", Target.AtMost(json.Length));
        return Task.CompletedTask;
    }

    private static void Enrich(byte[] json, SegmentDefaults defaults)
    {
        if (!TaskAttributes.TryRead(json, out var attributes))
            throw new InvalidOperationException("The sample is not readable.");
        var source = new TaskRouterEvent { Key = "EV1", Type = EventTypes.ReservationCompleted, Time = DateTimeOffset.UnixEpoch, TaskSid = "WT1", Attributes = attributes };
        var fields = SegmentAttributes.Of("seg_a", source, defaults, new SegmentLayers([], []), new());
        if (fields.Measures.Count == 0)
            throw new InvalidOperationException("Nothing was enriched.");
    }

    private static void Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InvalidOperationException("The sample is not readable.");
    }

    private static (double Microseconds, double Bytes) Measure(Action action, int times)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
            action();
        return (Stopwatch.GetElapsedTime(start).TotalMicroseconds / times, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / times);
    }

    /// <summary>Every field of both objects and of the root, each with a value that is accepted.</summary>
    private static byte[] Sample()
    {
        var root = Values(AttributeFields.Root);
        root["conversations"] = Values(AttributeFields.Conversations);
        root["customers"] = Values(AttributeFields.Customers);
        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(root));
    }

    private static Dictionary<string, object> Values(FieldTable table) =>
        Enumerable.Range(0, table.Count).Where(field => table.Name(field) != "kind").ToDictionary(table.Name, field => Value(table.Name(field), table.Form(field)));

    private static object Value(string name, FieldForm form) => name switch
    {
        _ when form == FieldForm.Number => 12.5,
        "abandoned" or "virtual" or "in_business_hours" => "No",
        "abandoned_phase" => "Queue",
        "direction" => "Inbound",
        "date" or "acquisition_date" => "2026-03-02",
        "segment_link" or "media" => "https://recordings.example.com/call-1418.mp3",
        _ => "value of " + name,
    };
}
