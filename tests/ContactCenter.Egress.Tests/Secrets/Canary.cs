using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace ContactCenter.Egress.Tests.Secrets;

/// <summary>Marked values, one for each kind of secret and personal field; none is a part of another.</summary>
internal static class Canary
{
    public const string Secret = "canary-secret-7f1";
    public const string ClientSecret = "canary-client-secret-7f2";
    public const string RefreshToken = "canary-refresh-7f3";
    public const string Code = "canary-code-7f4";
    public const string State = "canary-state-7f5";
    public const string ApiKey = "cck_canary7f6";
    public const string Basic = "Y2FuYXJ5LTdmNw";
    public const string Cookie = "canary-cookie-7f8";
    public const string Query = "canary-query-7f9";
    public const string Password = "canary-password-7fa";
    public const string WebhookKey = "Y2FuYXJ5LXdlYmhvb2stN2ZiY2FuYXJ5";
    public const string Email = "canary.person@canary-host.example";
    public const string Phone = "+15557270190";
    public const string Name = "Canary-Name-7fc";
    public const string Message = "canary-message-7fd";

    public static IReadOnlyList<string> All { get; } =
        [.. typeof(Canary).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
}

/// <summary>Keeps the text of every span and every measurement of this process while it lives.</summary>
internal sealed class CanarySinks : IDisposable
{
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly ActivityListener _spans;
    private readonly MeterListener _metrics = new();

    public CanarySinks()
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Keep,
        };
        ActivitySource.AddActivityListener(_spans);
        _metrics.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _metrics.SetMeasurementEventCallback<long>(Keep);
        _metrics.SetMeasurementEventCallback<int>(Keep);
        _metrics.SetMeasurementEventCallback<double>(Keep);
        _metrics.Start();
    }

    public IEnumerable<string> Texts => _texts;

    public void Dispose()
    {
        _spans.Dispose();
        _metrics.Dispose();
    }

    private void Keep(Activity span)
    {
        var events = string.Concat(span.Events.Select(e => e.Name + string.Join(' ', e.Tags)));
        _texts.Enqueue($"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {events} {string.Join(' ', span.Baggage)}");
    }

    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var text = $"{instrument.Meter.Name} {instrument.Name}";
        foreach (var tag in tags)
            text += $" {tag.Key}={tag.Value}";
        _texts.Enqueue(text);
    }
}
