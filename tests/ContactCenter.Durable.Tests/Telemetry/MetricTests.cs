using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.Telemetry;

public sealed class MetricTests(TestServers servers) : JobTest(servers)
{
    private static readonly string[] Labels = ["kind", "outcome"];

    [Fact]
    [Rule("DUR-45")]
    public async Task Waiting_jobs_are_counted_and_the_oldest_tells_its_age()
    {
        var time = new ManualTimeProvider();
        var host = await StartAsync(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>("idle"), builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(JobWorker)));
        });
        using var recorder = new Recorder(host.Services.GetRequiredService<IMeterFactory>());
        await EnqueueAsync(host, 1, new JobOptions { DueTime = time.GetUtcNow().AddSeconds(10) });
        await EnqueueAsync(host, 2, new JobOptions { DueTime = time.GetUtcNow().AddHours(1) });
        time.Advance(TimeSpan.FromSeconds(100));

        // The time that passed has set off readings of their own.
        await Eventually.TrueAsync(async () =>
        {
            await host.Services.GetRequiredService<JobMetrics>().RefreshAsync(Cancellation);
            return recorder.Read().GetValueOrDefault(("durable.jobs.oldest_due_age", $"kind={Kind}")) == 90;
        });
        var read = recorder.Read();
        Assert.Equal(2, read[("durable.jobs.depth", $"kind={Kind}")]);
        Assert.Equal(0, read[("durable.jobs.depth", "kind=idle")]);
        Assert.Equal(0, read[("durable.jobs.oldest_due_age", "kind=idle")]);
        Assert.Contains(read.Keys, key => key.Name == "durable.outbox.oldest_age");
    }

    [Fact]
    [Rule("DUR-45")]
    public async Task Runs_are_counted_and_timed_by_kind_and_outcome_and_by_nothing_else()
    {
        var policy = RetryPolicy.Fast with { Name = "quick", MaxAttempts = 2, InitialDelay = TimeSpan.FromMilliseconds(1) };
        var host = await StartAsync((job, _) => job.Payload<Number>().Value == 1 ? Task.CompletedTask : throw new JobFailedException("503", "no"), policy);
        using var recorder = new Recorder(host.Services.GetRequiredService<IMeterFactory>());
        await EnqueueAsync(host, 1, new JobOptions { Key = "secret-key" });
        await EnqueueAsync(host, 2, new JobOptions { DeduplicationKey = "secret-key" });

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        await Eventually.TrueAsync(() => recorder.Read().ContainsKey(("durable.jobs.runs", $"kind={Kind} outcome=dead")));

        var read = recorder.Read();
        Assert.All(new[] { "done", "retry", "dead" }, outcome =>
        {
            Assert.Equal(1, read[("durable.jobs.runs", $"kind={Kind} outcome={outcome}")]);
            Assert.True(read[("durable.jobs.run.duration", $"kind={Kind} outcome={outcome}")] > 0);
        });
        Assert.Equal(0, read[("durable.jobs.running", $"kind={Kind}")]);
        Assert.All(recorder.Labels.Where(label => label.Instrument.StartsWith("durable.jobs.", StringComparison.Ordinal)), label => Assert.Contains(label.Name, Labels));
        Assert.DoesNotContain(read.Keys, key => key.Tags.Contains("secret", StringComparison.Ordinal));
    }

    /// <summary>Sums what the instruments of one host's meter record, by name and labels.</summary>
    private sealed class Recorder : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<(string Name, string Tags), double> _sums = new();

        public Recorder(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Meter.Name == "ContactCenter.Durable")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
            _listener.Start();
        }

        public ConcurrentBag<(string Instrument, string Name)> Labels { get; } = [];

        public ConcurrentDictionary<(string Name, string Tags), double> Read()
        {
            foreach (var gauge in _sums.Keys.Where(key => key.Name is "durable.jobs.depth" or "durable.jobs.oldest_due_age" || key.Name.StartsWith("durable.outbox.", StringComparison.Ordinal)))
                _sums.TryRemove(gauge, out _);
            _listener.RecordObservableInstruments();
            return _sums;
        }

        public void Dispose() => _listener.Dispose();

        private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = new List<string>();
            foreach (var (name, label) in tags)
            {
                Labels.Add((instrument.Name, name));
                text.Add($"{name}={label}");
            }

            _sums.AddOrUpdate((instrument.Name, string.Join(' ', text)), value, (_, sum) => sum + value);
        }
    }
}
