using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.StorageExport.Stores;

/// <summary>Collects all that is wrong with settings.</summary>
internal sealed class SettingsFindings
{
    private readonly List<(string Field, string Reason, string Message)> _problems = [];

    /// <summary>Whether something is wrong.</summary>
    public bool Any => _problems.Count > 0;

    /// <summary>Takes a reason for which they cannot be used.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="reason">One of <see cref="StorageErrors"/>.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    public void Refuse(string field, string reason, string message) => _problems.Add((field, reason, message));

    /// <summary>Refuses settings, naming every bad field at once.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT with the reason that all have in common, else FIELD_INVALID.</exception>
    public void ThrowIfAny()
    {
        if (Any)
            throw RpcErrors.InvalidArgument(StorageErrors.Domain, [.. _problems.Select(problem => (problem.Field, problem.Reason, $"{problem.Reason}: {problem.Message}"))]);
    }
}
