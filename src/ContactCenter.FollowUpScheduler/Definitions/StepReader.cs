using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.FollowUps.V1;
using Google.Protobuf.Collections;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Checks steps and conditions completely (FUP-13, FUP-18, FUP-25, FUP-26).</summary>
/// <param name="findings">Takes what is wrong.</param>
public sealed partial class StepReader(Findings findings)
{
    private const int MostAssignments = 20;
    private const int MostClauses = 10;

    /// <summary>Checks a list of steps.</summary>
    /// <param name="field">Its path.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="most">Most steps.</param>
    /// <param name="scopes">What their templates may refer to.</param>
    public void Read(string field, IReadOnlyList<Step> steps, int most, Scopes scopes)
    {
        findings.Check(steps.Count <= most, field, $"must be at most {most}");
        for (var i = 0; i < Math.Min(steps.Count, most); i++)
            Read($"{field}[{i}]", steps[i], scopes);
    }

    /// <summary>Checks a condition.</summary>
    /// <param name="field">Its path.</param>
    /// <param name="condition">The condition; null for none.</param>
    /// <param name="scopes">What its templates may refer to.</param>
    public void Read(string field, Condition? condition, Scopes scopes)
    {
        if (condition is null)
            return;
        findings.Check(Enum.IsDefined(condition.Match), $"{field}.match", "must be ALL or ANY");
        findings.Check(condition.Clauses.Count is >= 1 and <= MostClauses, $"{field}.clauses", $"must be 1 to {MostClauses}");
        for (var i = 0; i < Math.Min(condition.Clauses.Count, MostClauses); i++)
        {
            var (clause, path) = (condition.Clauses[i], $"{field}.clauses[{i}]");
            if (findings.Required($"{path}.left", clause.Left))
                findings.Template($"{path}.left", clause.Left, scopes);
            if (clause.Operator is Operator.Exists or Operator.NotExists)
                findings.Check(clause.Right.Length == 0, $"{path}.right", "must be empty with EXISTS and NOT_EXISTS");
            else if (findings.Check(clause.Operator != Operator.Unspecified && Enum.IsDefined(clause.Operator), $"{path}.operator", "is not known"))
                findings.Template($"{path}.right", clause.Right, scopes);
        }
    }

    /// <summary>Whether a text can name an attribute.</summary>
    /// <param name="name">The text.</param>
    public static bool IsAttribute(string name) => AttributeName().IsMatch(name);

    private void Read(string field, Step step, Scopes scopes)
    {
        Read($"{field}.condition", step.Condition, scopes);
        switch (step.KindCase)
        {
            case Step.KindOneofCase.IntegrationCall:
                findings.Required($"{field}.integration_call.integration_id", step.IntegrationCall.IntegrationId);
                var attribute = step.IntegrationCall.ResultAs;
                findings.Check(attribute.Length == 0 || IsAttribute(attribute), $"{field}.integration_call.result_as", "must be the name of an attribute");
                break;
            case Step.KindOneofCase.DefineAttributes:
                Read($"{field}.define_attributes.assignments", step.DefineAttributes.Assignments, scopes);
                break;
            default:
                findings.Refuse(field, FollowUpErrors.FieldRequired, "must be an integration call or define attributes");
                break;
        }
    }

    private void Read(string field, RepeatedField<Assignment> assignments, Scopes scopes)
    {
        findings.Check(assignments.Count is >= 1 and <= MostAssignments, field, $"must be 1 to {MostAssignments}");
        for (var i = 0; i < Math.Min(assignments.Count, MostAssignments); i++)
        {
            var (assignment, path) = (assignments[i], $"{field}[{i}]");
            findings.Check(IsAttribute(assignment.Attribute), $"{path}.attribute", "must be a letter or underscore, then up to 63 letters, digits, underscores and hyphens");
            var isKnown = assignment.Scope switch
            {
                AttributeScope.Local => true,
                AttributeScope.Global => scopes.Globals.Contains(assignment.Attribute),
                AttributeScope.User => scopes.UserAttributes.Contains(assignment.Attribute),
                _ => findings.Check(false, $"{path}.scope", "must be LOCAL, GLOBAL or USER"),
            };
            if (!isKnown && assignment.Scope is (AttributeScope.Global or AttributeScope.User))
                findings.Refuse($"{path}.attribute", FollowUpErrors.UnknownAttribute, $"{assignment.Attribute} is not declared");
            findings.Template($"{path}.value", assignment.Value, scopes);
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex AttributeName();
}
