using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Integrations;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Steps;

/// <summary>What steps run with, and what they want written in the end.</summary>
/// <param name="FollowUp">Has parsed the templates.</param>
/// <param name="Integrations">The integrations that its steps call.</param>
/// <param name="Condition">Judges conditions.</param>
public sealed record StepContext(StoredFollowUp FollowUp, IReadOnlyDictionary<string, RequestTemplate> Integrations, ConditionCheck Condition)
{
    /// <summary>Attributes of the deployment to be written.</summary>
    public Dictionary<string, string> Globals { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers of the poll by rendered request, so that equal look-ups are made once (FUP-46).</summary>
    public Dictionary<string, CallResult> Answers { get; } = new(StringComparer.Ordinal);
}

/// <summary>What a step did.</summary>
/// <param name="IsSkipped">Whether its condition did not hold.</param>
/// <param name="Status">Status of the last answer; 0 if there was none.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
public sealed record StepResult(bool IsSkipped, int Status, CallFailure? Failure);

/// <summary>Runs the steps of extractions, recipients, post actions and answers (FUP-13, FUP-15, FUP-18).</summary>
/// <param name="integrations">The integrations.</param>
/// <param name="caller">Calls them.</param>
/// <param name="timeProvider">Now.</param>
public sealed class StepRunner(DefinitionStore<Integration> integrations, IntegrationCaller caller, TimeProvider timeProvider)
{
    private const int LongestGlobal = 4_096;

    /// <summary>Prepares to run steps of a follow-up.</summary>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StepContext> PrepareAsync(StoredFollowUp followUp, IEnumerable<Step> steps, CancellationToken cancellationToken)
    {
        var ids = steps.Select(step => step.IntegrationCall?.IntegrationId).OfType<string>().Distinct();
        var found = await integrations.FindAsync(ids, cancellationToken);
        return new(
            followUp,
            found.ToDictionary(pair => pair.Key, pair => RequestTemplate.Of(pair.Value.Definition), StringComparer.Ordinal),
            new(followUp, timeProvider.GetUtcNow()));
    }

    /// <summary>Runs a step.</summary>
    /// <param name="context">What steps run with.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">Values of its templates; takes what it sets.</param>
    /// <param name="users">Takes attributes of users.</param>
    /// <param name="idempotencyKey">The same whenever the step is tried again; null for one that only reads, whose answers are reused.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    /// <exception cref="RenderException">A value is missing or not acceptable in its place.</exception>
    public async Task<StepResult> RunAsync(
        StepContext context, Step step, TemplateValues values, Dictionary<string, string> users, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (!context.Condition.Holds(step.Condition, values))
            return new(IsSkipped: true, 0, null);
        if (step.IntegrationCall is not { } call)
        {
            Define(context, step.DefineAttributes, values, users);
            return new(IsSkipped: false, 0, null);
        }

        if (!context.Integrations.TryGetValue(call.IntegrationId, out var integration))
            return new(IsSkipped: false, 0, new(IntegrationCaller.Failed, $"There is no integration '{call.IntegrationId}'.", "missing", IsTransient: false));
        var result = await caller.CallAsync(call.IntegrationId, integration, values, idempotencyKey, context.Answers, cancellationToken);
        if (result.Failure is null && call.ResultAs.Length > 0 && result.Answer is { } answer)
            values.Set("local", call.ResultAs, answer);
        return new(IsSkipped: false, result.Status, result.Failure);
    }

    private static void Define(StepContext context, DefineAttributes define, TemplateValues values, Dictionary<string, string> users)
    {
        foreach (var assignment in define.Assignments)
        {
            if (assignment.Scope == AttributeScope.Local)
            {
                values.Set("local", assignment.Attribute, context.FollowUp.Template(assignment.Value).Value(values) ?? JsonSerializer.SerializeToElement<string?>(null));
                continue;
            }

            var text = context.FollowUp.Template(assignment.Value).Render(values);
            if (text.Length > LongestGlobal)
                throw new RenderException(RenderException.ValueTooLarge, $"attribute {assignment.Attribute} is longer than {LongestGlobal} characters");
            if (assignment.Scope == AttributeScope.User)
            {
                users[assignment.Attribute] = text;
                continue;
            }

            context.Globals[assignment.Attribute] = text;
            values.Set("global", assignment.Attribute, JsonSerializer.SerializeToElement(text));
        }
    }
}
