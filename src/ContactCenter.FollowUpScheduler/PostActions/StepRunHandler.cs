using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.FollowUpScheduler.Steps;
using ContactCenter.FollowUpScheduler.Templates;
using Google.Protobuf.Collections;

namespace ContactCenter.FollowUpScheduler.PostActions;

/// <summary>Runs steps after rounds, attempts and answers: in order, each once it is done never again, with the same Idempotency-Key on every try (FUP-84 to FUP-89).</summary>
/// <param name="database">The service's database.</param>
/// <param name="store">The runs.</param>
/// <param name="followUps">The follow-ups.</param>
/// <param name="directory">Users and attributes.</param>
/// <param name="channels">The channels.</param>
/// <param name="runner">Runs steps.</param>
public sealed class StepRunHandler(DurableDatabase database, StepRunStore store, FollowUpStore followUps, DirectoryStore directory, ChannelBook channels, StepRunner runner) : IJobHandler
{
    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(job.Payload<StepRunJob>().RunId, cancellationToken) is not var (run, recordState, recordEpisode)
            || await followUps.FindAsync(run.FollowUpId, cancellationToken) is not { } followUp
            || !IsWanted(followUp, run, recordState, recordEpisode))
            return;
        var steps = StepsOf(followUp, run);
        var values = await ValuesAsync(followUp, run, cancellationToken);
        var context = await runner.PrepareAsync(followUp, steps, cancellationToken);
        for (var i = run.StepsDone; i < steps.Count; i++)
        {
            var users = new Dictionary<string, string>(StringComparer.Ordinal);
            await job.CheckAsync(cancellationToken);
            var failure = await RunAsync(context, steps[i], values, users, string.Create(CultureInfo.InvariantCulture, $"{run.RunId:D}/{i}"), cancellationToken);
            if (failure is not null)
            {
                await FailAsync(run, failure, cancellationToken);
                throw failure;
            }

            run = run with { StepsDone = i + 1, Local = Local(steps[i], values, run.Local) };
            await DoneAsync(job, run, context, users, isLast: i == steps.Count - 1, cancellationToken);
        }
    }

    private async Task<JobFailedException?> RunAsync(
        StepContext context, Step step, TemplateValues values, Dictionary<string, string> users, string idempotencyKey, CancellationToken cancellationToken)
    {
        try
        {
            var result = await runner.RunAsync(context, step, values, users, idempotencyKey, cancellationToken);
            return result.Failure is { } failure
                ? new(failure.ErrorClass, $"{failure.Reason}: {failure.Detail}") { Kind = failure.IsTransient ? JobFailureKind.Failed : JobFailureKind.Final }
                : null;
        }
        catch (RenderException exception)
        {
            return new("render", $"{exception.Reason}: {exception.Message}.") { Kind = JobFailureKind.Final };
        }
    }

    /// <summary>Notes a step that is done; the last one ends the job in the same commit.</summary>
    private async Task DoneAsync(JobRun job, StepRun run, StepContext context, Dictionary<string, string> users, bool isLast, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (context.Globals.Count > 0)
            await DirectoryStore.SetGlobalsAsync(transaction.Connection, context.Globals);
        if (users.Count > 0)
        {
            var recipients = run.Kind == StepRun.OnAnswer ? [run.Context.AnsweredBy] : run.Context.Recipients;
            await DirectoryStore.SetUserAttributesAsync(transaction.Connection, [.. recipients.SelectMany(user => users.Select(pair => (user, pair.Key, pair.Value)))]);
        }

        await StepRunStore.AdvanceAsync(transaction.Connection, run);
        if (!isLast)
        {
            await transaction.CommitAsync(cancellationToken);
            return;
        }

        if (run.Kind == StepRun.OnAnswer)
            await StepRunStore.NoteEffectAsync(transaction.Connection, run, "DONE");
        await job.CommitAsync(transaction, cancellationToken);
    }

    // A replay that succeeds corrects it.
    private async Task FailAsync(StepRun run, JobFailedException failure, CancellationToken cancellationToken)
    {
        if (run.Kind != StepRun.OnAnswer || failure.Kind != JobFailureKind.Final)
            return;
        await using var connection = await database.OpenAsync(cancellationToken);
        await StepRunStore.NoteEffectAsync(connection, run, "FAILED");
    }

    /// <summary>After all attempts: unless a late answer or the end of the record made it early, which has a run of its own if it is wanted.</summary>
    private static bool IsWanted(StoredFollowUp followUp, StepRun run, string recordState, int recordEpisode) =>
        run.Kind != StepRun.AfterAll
        || run.StepsDone > 0
        || run.Context.Outcome != RecordStates.Exhausted
        || (recordState == RecordStates.Exhausted && recordEpisode == run.Context.Episode)
        || followUp.Definition.PostActions?.AfterAllOnEarlyStop == true;

    private static RepeatedField<Step> StepsOf(StoredFollowUp followUp, StepRun run) => run.Kind switch
    {
        StepRun.AfterEach => followUp.Definition.PostActions?.AfterEachAttempt ?? [],
        StepRun.AfterAll => followUp.Definition.PostActions?.AfterAllAttempts ?? [],
        _ => followUp.Definition.Message.Actions.FirstOrDefault(action => action.ActionId == run.Context.Answer)?.OnAnswer ?? [],
    };

    private async Task<TemplateValues> ValuesAsync(StoredFollowUp followUp, StepRun run, CancellationToken cancellationToken)
    {
        var values = followUp.Values();
        using var data = JsonDocument.Parse(run.Context.Data);
        using var local = JsonDocument.Parse(run.Local);
        values.Set("followup", "data", data.RootElement.Clone());
        values.Set("followup", "recordId", run.RecordId.ToString());
        values.Set("followup", "episode", run.Context.Episode);
        values.Set("followup", "attempt", run.Context.Attempt);
        values.Set("followup", "recipients", JsonSerializer.SerializeToElement(run.Context.Recipients));
        values.Set("followup", "outcome", run.Context.Outcome);
        values.Set("followup", "answer", run.Context.Answer);
        values.Set("followup", "answeredBy", run.Context.AnsweredBy);
        values.Set("followup", "answerTime", run.Context.AnswerTime);
        foreach (var property in local.RootElement.EnumerateObject())
            values.Set("local", property.Name, property.Value.Clone());
        foreach (var (name, value) in await directory.GlobalsAsync(cancellationToken))
            values.Set("global", name, JsonSerializer.SerializeToElement(value));
        if (run.Kind != StepRun.OnAnswer || (await directory.FindUsersAsync([run.Context.AnsweredBy], cancellationToken)).GetValueOrDefault(run.Context.AnsweredBy) is not { } user)
            return values;
        user.AddTo(values);
        values.Set("channel", "id", run.Context.ChannelId);
        if ((await channels.AllAsync(cancellationToken)).GetValueOrDefault(run.Context.ChannelId) is { } channel)
        {
            values.Set("channel", "type", ChannelChoice.TypeOf(channel.Definition));
            values.Set("channel", "address", ChannelChoice.AddressOf(channel.Definition, user.User));
        }

        return values;
    }

    /// <summary>Local attributes with those that a step has set, for the steps after it if the process dies in between.</summary>
    private static string Local(Step step, TemplateValues values, string known)
    {
        var local = JsonNode.Parse(known)!.AsObject();
        var names = step.IntegrationCall is { ResultAs.Length: > 0 } call
            ? [call.ResultAs]
            : step.DefineAttributes?.Assignments.Where(assignment => assignment.Scope == AttributeScope.Local).Select(assignment => assignment.Attribute) ?? [];
        foreach (var name in names)
        {
            if (values.Find(new("local", name, [], null, 0)) is { } value)
                local[name] = JsonNode.Parse(value.GetRawText());
        }

        return local.ToJsonString();
    }
}
