using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Collects all that is wrong with a configuration, and what may not be meant.</summary>
public sealed class ConnectorFindings
{
    private readonly List<Problem> _problems = [];
    private readonly List<Warning> _warnings = [];

    /// <summary>Reasons for which it cannot be saved.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>What is accepted all the same.</summary>
    public IReadOnlyList<Warning> Warnings => _warnings;

    /// <summary>Takes a reason for which it cannot be saved.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="reason">One of <see cref="CrmErrors"/>.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="position">Which character, from 1; 0 for the whole field.</param>
    public void Refuse(string field, string reason, string message, int position = 0) =>
        _problems.Add(new() { Field = field, Reason = reason, Message = message, Position = position });

    /// <summary>Takes what is wrong with a text.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="problems">What the parser said.</param>
    public void Refuse(string field, List<ParseProblem> problems) =>
        problems.ForEach(problem => Refuse(field, problem.Reason, problem.Message, problem.Position));

    /// <summary>Takes what may not be meant.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="code">The warning's code.</param>
    /// <param name="message">Why.</param>
    public void Warn(string field, string code, string message) => _warnings.Add(new() { Subject = field, Code = code, Message = message });

    /// <summary>Refuses what cannot be saved, naming every bad field at once.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT with the reason that all have in common, else <see cref="SharedErrors.FieldInvalid"/>.</exception>
    public void ThrowIfRefused()
    {
        if (_problems.Count > 0)
            throw RpcErrors.InvalidArgument(CrmErrors.Domain, [.. _problems.Select(problem => (problem.Field, problem.Reason, Describe(problem)))]);
    }

    private static string Describe(Problem problem) =>
        problem.Position > 0 ? $"{problem.Reason} at character {problem.Position}: {problem.Message}" : $"{problem.Reason}: {problem.Message}";
}
