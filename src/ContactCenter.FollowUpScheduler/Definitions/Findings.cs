using ContactCenter.Contracts;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Templates;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Collects all that is wrong with a definition, and what may not be meant (FUP-6).</summary>
public sealed class Findings
{
    private readonly List<Problem> _problems = [];
    private readonly List<Warning> _warnings = [];

    /// <summary>Reasons for which it cannot be saved.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>What is accepted all the same.</summary>
    public IReadOnlyList<Warning> Warnings => _warnings;

    /// <summary>Takes a reason for which it cannot be saved.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="reason">One of <see cref="FollowUpErrors"/>.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="position">Which character, from 1; 0 for the whole field.</param>
    public void Refuse(string field, string reason, string message, int position = 0) =>
        _problems.Add(new() { Field = field, Reason = reason, Message = message, Position = position });

    /// <summary>Takes what may not be meant.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="code">The warning's code.</param>
    /// <param name="message">What becomes of it.</param>
    public void Warn(string field, string code, string message) => _warnings.Add(new() { Field = field, Code = code, Message = message });

    /// <summary>Refuses an empty field.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it has a value.</returns>
    public bool Required(string field, string value)
    {
        if (value.Length == 0)
            Refuse(field, FollowUpErrors.FieldRequired, "is required");
        return value.Length > 0;
    }

    /// <summary>Refuses a field unless a condition holds.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="field">Path of the field.</param>
    /// <param name="message">What would be right.</param>
    /// <returns>The condition.</returns>
    public bool Check(bool holds, string field, string message)
    {
        if (!holds)
            Refuse(field, SharedErrors.FieldInvalid, message);
        return holds;
    }

    /// <summary>Parses a template and checks that its references can have values.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="text">The template; empty is none.</param>
    /// <param name="scopes">What it may refer to.</param>
    /// <returns>Null if it is empty or wrong.</returns>
    public Template? Template(string field, string text, Scopes scopes)
    {
        if (text.Length == 0)
            return null;
        var template = Templates.Template.Parse(text, out var problem);
        if (template is null)
            Refuse(field, FollowUpErrors.TemplateSyntax, problem!.Message, problem.Position);
        else
            References(field, template.References, scopes);
        return template;
    }

    /// <summary>Checks that references can have values.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="references">The references.</param>
    /// <param name="scopes">What they may refer to.</param>
    public void References(string field, IEnumerable<Reference> references, Scopes scopes)
    {
        foreach (var reference in references)
        {
            if (scopes.Refusal(reference) is { } reason)
                Refuse(field, reason, $"{reference} {(reason == FollowUpErrors.UnknownAttribute ? "is not declared" : "has no value here")}", reference.Position);
        }
    }

    /// <summary>Refuses what cannot be saved, naming every bad field at once.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT with the reason that all have in common, else <see cref="SharedErrors.FieldInvalid"/>.</exception>
    public void ThrowIfRefused()
    {
        if (_problems.Count > 0)
            throw RpcErrors.InvalidArgument(FollowUpErrors.Domain, [.. _problems.Select(problem => (problem.Field, problem.Reason, Describe(problem)))]);
    }

    private static string Describe(Problem problem) =>
        problem.Position > 0 ? $"{problem.Reason} at character {problem.Position}: {problem.Message}" : $"{problem.Reason}: {problem.Message}";
}
