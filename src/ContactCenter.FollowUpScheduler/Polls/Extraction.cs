using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.PostActions;
using ContactCenter.FollowUpScheduler.Steps;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Polls;

/// <summary>A record of the matched set as it was fetched.</summary>
/// <param name="Id">Its reconciliation id.</param>
/// <param name="Data">Its data as JSON.</param>
/// <param name="UserReferences">Whom its user field names.</param>
/// <param name="GroupReferences">Which groups its group field names.</param>
/// <param name="WithoutValue">Fields that name nobody as they have no value, each with the reason.</param>
/// <param name="UserAttributes">Attributes to be written for each of its recipients.</param>
/// <param name="HasLookUpFailed">Whether a step that looks its recipients up has failed (FUP-49).</param>
public sealed record FetchedRecord(
    string Id,
    string Data,
    IReadOnlyList<string> UserReferences,
    IReadOnlyList<string> GroupReferences,
    IReadOnlyDictionary<string, string> WithoutValue,
    IReadOnlyDictionary<string, string> UserAttributes,
    bool HasLookUpFailed);

/// <summary>What a successful extraction has fetched.</summary>
/// <param name="Matched">The records for which the condition holds.</param>
/// <param name="ResultIds">Ids of all records.</param>
/// <param name="Globals">Attributes of the deployment to be written.</param>
public sealed record ResultSet(IReadOnlyList<FetchedRecord> Matched, IReadOnlySet<string> ResultIds, IReadOnlyDictionary<string, string> Globals);

/// <summary>A poll cannot be reconciled (FUP-42).</summary>
/// <param name="reason">In UPPER_SNAKE; see <c>poll.proto</c>.</param>
/// <param name="message">One sentence without values.</param>
public sealed class PollFailedException(string reason, string message) : Exception(message)
{
    /// <summary>In UPPER_SNAKE.</summary>
    public string Reason { get; } = reason;
}

/// <summary>Runs the steps of an extraction and turns what they fetch into records (FUP-13 to FUP-28, FUP-46).</summary>
/// <param name="runner">Runs steps.</param>
/// <param name="directory">Has the attributes of the deployment.</param>
public sealed class Extraction(StepRunner runner, DirectoryStore directory)
{
    /// <summary>Most records of a poll (FUP-28).</summary>
    public const int MostRecords = 10_000;

    private const int LongestId = 256;
    private const int MostReferences = 100;

    /// <summary>Fetches the records of a follow-up.</summary>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="since">Value of <c>@{followup.since}</c>.</param>
    /// <param name="poll">Takes steps, skipped elements and counts.</param>
    /// <param name="cancellationToken">Ends the poll.</param>
    /// <exception cref="PollFailedException">Nothing may be reconciled.</exception>
    public async Task<ResultSet> FetchAsync(StoredFollowUp followUp, DateTimeOffset since, Poll poll, CancellationToken cancellationToken)
    {
        var definition = followUp.Definition;
        var context = await runner.PrepareAsync(followUp, definition.DataExtraction.Steps.Concat(definition.Recipients.Steps), cancellationToken);
        var values = followUp.Values();
        values.Set("followup", "since", StepRunContext.Text(since));
        foreach (var (name, value) in await directory.GlobalsAsync(cancellationToken))
            values.Set("global", name, JsonSerializer.SerializeToElement(value));
        await RunStepsAsync(context, definition.DataExtraction, values, poll, cancellationToken);

        var records = Read(followUp, values, poll);
        var matched = new List<FetchedRecord>();
        foreach (var (id, data) in records)
        {
            var own = new TemplateValues(values);
            own.Set("followup", "data", data);
            if (context.Condition.Holds(definition.DataExtraction.Condition, own))
                matched.Add(await FetchRecipientsAsync(context, definition.Recipients, id, data, own, cancellationToken));
        }

        poll.ConditionTypeErrors = context.Condition.TypeErrors;
        poll.MissingValues = values.Missing;
        return new(matched, records.Select(record => record.Id).ToHashSet(StringComparer.Ordinal), context.Globals);
    }

    private async Task RunStepsAsync(StepContext context, DataExtraction extraction, TemplateValues values, Poll poll, CancellationToken cancellationToken)
    {
        for (var i = 0; i < extraction.Steps.Count; i++)
        {
            var step = new PollStep { Position = i + 1, IntegrationId = extraction.Steps[i].IntegrationCall?.IntegrationId ?? "" };
            poll.Steps.Add(step);
            try
            {
                var result = await runner.RunAsync(context, extraction.Steps[i], values, [], idempotencyKey: null, cancellationToken);
                (step.Skipped, step.HttpStatus) = (result.IsSkipped, result.Status);
                if (result.Failure is { } failure)
                    throw new PollFailedException(failure.Reason, $"Step {i + 1}: {failure.Detail}");
            }
            catch (RenderException exception)
            {
                throw new PollFailedException(exception.Reason, $"Step {i + 1}: {exception.Message}.");
            }
        }
    }

    private static List<(string Id, JsonElement Data)> Read(StoredFollowUp followUp, TemplateValues values, Poll poll)
    {
        var extraction = followUp.Definition.DataExtraction;
        if (followUp.Template(extraction.LoopingElement).Value(values) is not { ValueKind: not JsonValueKind.Null } array)
            throw new PollFailedException("LOOPING_ELEMENT_NOT_FOUND", "The looping element has no value.");
        if (array.ValueKind != JsonValueKind.Array)
            throw new PollFailedException("LOOPING_ELEMENT_NOT_ARRAY", "The looping element is no array.");
        if (array.GetArrayLength() > MostRecords)
            throw new PollFailedException("TOO_MANY_RECORDS", $"There are more than {MostRecords} records.");
        var template = followUp.Template(extraction.ReconciliationId);
        var records = new List<(string, JsonElement)>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var position = 0;
        foreach (var element in array.EnumerateArray())
        {
            position++;
            var own = new TemplateValues(values);
            own.Set("followup", "data", element);
            var id = Render(template, own);
            var problem = id.Length == 0 || id.Contains('\0') ? "ID_MISSING" : id.Length > LongestId ? "ID_TOO_LONG" : ids.Add(id) ? null : "ID_REPEATED";
            if (problem is null)
                records.Add((id, element));
            else
                poll.Skipped.Add(new SkippedRecord { Position = position, Reason = problem });
        }

        poll.SkippedCount = poll.Skipped.Count;
        return records.Count > 0 || position == 0 ? records : throw new PollFailedException("NO_USABLE_RECORD", "No element has a usable reconciliation id.");
    }

    private static string Render(Template template, TemplateValues values)
    {
        try
        {
            return template.RenderRequired(values);
        }
        catch (RenderException)
        {
            return "";
        }
    }

    private async Task<FetchedRecord> FetchRecipientsAsync(
        StepContext context, Recipients recipients, string id, JsonElement data, TemplateValues values, CancellationToken cancellationToken)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        var hasFailed = false;
        try
        {
            foreach (var step in recipients.Steps)
            {
                var result = await runner.RunAsync(context, step, values, users, idempotencyKey: null, cancellationToken);
                hasFailed |= result.Failure is not null;
            }
        }
        catch (RenderException)
        {
            hasFailed = true;
        }

        var withoutValue = new Dictionary<string, string>(StringComparer.Ordinal);
        return new(
            id,
            data.GetRawText(),
            References(context.FollowUp, recipients.User, values, withoutValue),
            References(context.FollowUp, recipients.Group, values, withoutValue),
            withoutValue,
            users,
            hasFailed);
    }

    /// <summary>Whom a field names: the elements of an array, or one (FUP-45).</summary>
    private static IReadOnlyList<string> References(StoredFollowUp followUp, string field, TemplateValues values, Dictionary<string, string> withoutValue)
    {
        if (field.Length == 0)
            return [];
        var template = followUp.Template(field);
        try
        {
            var names = template.Lone is not null && template.Value(values) is { ValueKind: JsonValueKind.Array } array
                ? array.EnumerateArray().Select(Template.TextOf)
                : [template.RenderRequired(values)];
            return [.. names.Select(name => name.Trim()).Where(name => name.Length > 0 && !name.Contains('\0')).Distinct(StringComparer.Ordinal).Take(MostReferences)];
        }
        catch (RenderException exception)
        {
            withoutValue[field] = exception.Reason;
            return [];
        }
    }
}
