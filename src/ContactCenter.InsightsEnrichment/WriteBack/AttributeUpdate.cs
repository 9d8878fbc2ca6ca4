using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Egress;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>How the change of one task or worker ended.</summary>
public enum UpdateEnd
{
    /// <summary>It was written.</summary>
    Updated,

    /// <summary>It was as wanted.</summary>
    Unchanged,

    /// <summary>There is nothing to write to.</summary>
    Gone,

    /// <summary>Others were faster each time.</summary>
    Conflict,
}

/// <summary>
/// Changes one task or worker: reads it, merges, writes with the version read; reads again when others were faster, at most
/// five times (INS-113, INS-114); and ends a task by a second request, in this order (INS-115).
/// </summary>
/// <param name="client">The REST API.</param>
/// <param name="target">What is changed.</param>
/// <param name="progress">Where it goes on; up to date whatever ends this run.</param>
/// <param name="job">The job.</param>
internal sealed class AttributeUpdate(TaskRouterClient client, RestTarget target, UpdateProgress progress, JobRun job)
{
    private const int MostConflicts = 5;

    /// <summary>The changes; asked with the attributes as they are and the time of the task's last change if it has ended, and null if then nothing is to be written.</summary>
    public required Func<JsonObject, DateTimeOffset?, JsonObject?> Changes { get; init; }

    /// <summary>Status and reason that the task ends with; null to leave it as it is.</summary>
    public (string Status, string Reason)? End { get; init; }

    /// <summary>Stores how far it has come, for the next attempt to go on there.</summary>
    public required Func<UpdateProgress, CancellationToken, Task> Keep { get; init; }

    /// <summary>Read and compare only.</summary>
    public bool DryRun { get; init; }

    /// <summary>Goes on until the change has ended.</summary>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="EgressException">A call failed, as a job understands it.</exception>
    public async Task<UpdateEnd> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GoOnAsync(cancellationToken);
        }
        catch (Exception error) when (error is not LeaseLostException && !cancellationToken.IsCancellationRequested)
        {
            await Keep(progress, cancellationToken);
            throw;
        }
    }

    private async Task<UpdateEnd> GoOnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (progress.ETag is null && await ReadAsync(cancellationToken) is { } end)
                return end;
            if (progress.Merged is { } merged)
            {
                if (DryRun)
                    return UpdateEnd.Updated;
                if (!await WriteAsync([new("Attributes", merged)], cancellationToken))
                {
                    if (progress.Conflicts > MostConflicts)
                        return UpdateEnd.Conflict;
                    continue;
                }

                if (progress.ETag is null)
                    return UpdateEnd.Gone;
                progress.Merged = null;
            }

            if (End is not { } wanted)
                return progress.Written is null ? UpdateEnd.Unchanged : UpdateEnd.Updated;
            if (await WriteAsync([new("AssignmentStatus", wanted.Status), new("Reason", wanted.Reason)], cancellationToken))
                return progress.ETag is null ? UpdateEnd.Gone : UpdateEnd.Updated;
            if (progress.Conflicts > MostConflicts)
                return UpdateEnd.Conflict;
        }
    }

    /// <summary>Reads and merges; an end if nothing is left to do.</summary>
    private async Task<UpdateEnd?> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(target, job, cancellationToken);
        if (answer.Status == 404)
            return UpdateEnd.Gone;
        var (attributes, status, updated) = Parse(answer);
        var hasEnded = status is "completed" or "canceled";
        progress.Before = AttributeMerge.Text(attributes);
        if (Changes(attributes, hasEnded ? updated : null) is not { } changes)
            return UpdateEnd.Gone;

        var merged = AttributeMerge.Into((JsonObject)attributes.DeepClone(), changes);
        var isMerged = progress.SkipsAttributes || JsonNode.DeepEquals(merged, attributes);
        if (hasEnded && End is { } wanted)
            return isMerged && status == wanted.Status ? UpdateEnd.Unchanged : UpdateEnd.Gone;
        progress.ETag = answer.ETag ?? throw Unreadable();
        progress.Merged = isMerged ? null : AttributeMerge.Text(merged);
        progress.Written = progress.Merged ?? progress.Written;
        return null;
    }

    /// <summary>Writes if the version is still the one read. False: it is not. True without version: the target is gone.</summary>
    private async Task<bool> WriteAsync(IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync(target, progress.ETag, form, job, cancellationToken);
        progress.ETag = answer.Status == 200 ? answer.ETag : null;
        if (answer.Status != 412)
            return true;
        progress.Conflicts++;
        return false;
    }

    private static (JsonObject Attributes, string? Status, DateTimeOffset Updated) Parse(RestAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            var text = root.GetProperty("attributes"u8).GetString();
            var attributes = string.IsNullOrWhiteSpace(text) ? [] : AttributeMerge.Parse(text) ?? throw Unreadable();
            var status = root.TryGetProperty("assignment_status"u8, out var found) ? found.GetString() : null;
            return (attributes, status, root.GetProperty("date_updated"u8).GetDateTimeOffset());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unreadable();
        }
    }

    // What cannot be merged must not be overwritten.
    private static EgressException Unreadable() =>
        new(new(ErrorClass.BadContent, "ANSWER_UNREADABLE", "The attributes that TaskRouter has are no JSON object."));
}
