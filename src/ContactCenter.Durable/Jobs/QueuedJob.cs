using System.Diagnostics;
using System.Text.Json;

namespace ContactCenter.Durable.Jobs;

/// <summary>A job to be stored.</summary>
/// <param name="Result">Its id, and what will become of it.</param>
/// <param name="Kind">Registered kind.</param>
/// <param name="Group">Unit of fair sharing, or empty.</param>
/// <param name="Key">Ordering key, or null.</param>
/// <param name="DeduplicationKey">Unique among live jobs of the kind, or null.</param>
/// <param name="Payload">UTF-8 JSON.</param>
/// <param name="DueTime">Not to be run before.</param>
/// <param name="EnqueuedTime">Its age counts from here.</param>
/// <param name="TraceParent">W3C trace context of the cause, or null.</param>
/// <param name="MovesExisting">Whether a job that exists already gets the due time.</param>
internal sealed record QueuedJob(
    EnqueuedJob Result,
    string Kind,
    string Group,
    string? Key,
    string? DeduplicationKey,
    byte[] Payload,
    DateTimeOffset DueTime,
    DateTimeOffset EnqueuedTime,
    string? TraceParent,
    bool MovesExisting)
{
    /// <summary>Largest payload; larger content travels by reference.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    /// <summary>Serialises a payload, with the trace context of the current activity.</summary>
    /// <exception cref="JobTooLargeException">The JSON exceeds <see cref="MaxPayloadBytes"/>.</exception>
    public static QueuedJob Create<T>(string kind, T payload, JobOptions options, DateTimeOffset now)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(payload, JsonSerializerOptions.Web);
        if (json.Length > MaxPayloadBytes)
            throw new JobTooLargeException(kind, json.Length);
        var due = options.DueTime?.ToUniversalTime() ?? now;
        return new QueuedJob(
            new EnqueuedJob(Guid.CreateVersion7(now)), kind, options.Group ?? string.Empty, options.Key, options.DeduplicationKey, json, due, now, Activity.Current?.Id, options.MovesExisting);
    }
}
