using System.Text.Json;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Connections;
using ContactCenter.WfmConnector.Reports;

namespace ContactCenter.WfmConnector.Catalogue;

/// <summary>Something that CXone has to know before it can take what names it (WFM-19).</summary>
/// <param name="Kind">One of <see cref="LoginId"/>, <see cref="Skill"/>, <see cref="State"/> and <see cref="ReasonCode"/>.</param>
/// <param name="Code">As it is sent.</param>
public readonly record struct CatalogueEntry(string Kind, string Code)
{
    /// <summary>By which CXone knows an agent.</summary>
    public const string LoginId = "LOGIN_ID";

    /// <summary>What queues feed.</summary>
    public const string Skill = "SKILL";

    /// <summary>What agents do.</summary>
    public const string State = "STATE";

    /// <summary>Why they do it.</summary>
    public const string ReasonCode = "REASON_CODE";

    private static readonly (string Field, string Kind)[] OfActivities = [("agent_id", LoginId), ("activity", State), ("reason_code", ReasonCode)];

    private static readonly (string Field, string Kind)[] OfQueues = [("queue_id", Skill)];

    /// <summary>What an agent's state names.</summary>
    /// <param name="login">By which CXone knows the agent.</param>
    /// <param name="kind">The state.</param>
    internal static IEnumerable<CatalogueEntry> OfState(string login, AgentStateKind kind) => kind.ReasonCode is { } reason
        ? [new(LoginId, login), new(State, kind.State), new(ReasonCode, reason)]
        : [new(LoginId, login), new(State, kind.State)];

    /// <summary>What the rows of a report name, but for those that CXone refused.</summary>
    /// <param name="body">The bytes that were sent.</param>
    /// <param name="kind">What the report tells.</param>
    /// <param name="profile">Which it was written with.</param>
    /// <param name="refused">The rows that were refused; one without place may be any, so that nothing counts as taken.</param>
    public static IReadOnlyCollection<CatalogueEntry> Of(ReadOnlyMemory<byte> body, ReportKind kind, WireProfile profile, IReadOnlyList<RejectedItem> refused)
    {
        var entries = new HashSet<CatalogueEntry>();
        var (report, row, fields) = kind == ReportKind.Activity ? ("activity_report", "activity", OfActivities) : ("queue_report", "queue", OfQueues);
        if (refused.Any(item => item.Index is null) || NameOf(report, "rows") is not { } rows)
            return entries;
        var names = fields.Select(field => (Wire: NameOf(row, field.Field), field.Kind)).Where(name => name.Wire is not null).ToList();
        var skipped = refused.Select(item => item.Index!.Value).ToHashSet();
        using var document = JsonDocument.Parse(body);
        foreach (var (index, element) in document.RootElement.GetProperty(rows).EnumerateArray().Index())
        {
            if (skipped.Contains(index))
                continue;
            foreach (var (wire, entryKind) in names)
            {
                if (element.GetProperty(wire!).GetString() is { } code)
                    entries.Add(new(entryKind, code));
            }
        }

        return entries;

        string? NameOf(string section, string field) => profile.Fields(section).Where(entry => entry.Key == field).Select(entry => entry.Value.Value).SingleOrDefault();
    }
}

/// <summary>An entry with where it is used.</summary>
public sealed class CatalogueRow
{
    /// <summary>Of the entry.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Of the entry.</summary>
    public string Code { get; init; } = "";

    /// <summary>Name of the agent or skill, class of the state, text of the reason; null without.</summary>
    public string? Name { get; init; }

    /// <summary>When it was first used; null if it never was.</summary>
    public DateTime? FirstTime { get; init; }

    /// <summary>When it was last used; null if it never was.</summary>
    public DateTime? LastTime { get; init; }

    /// <summary>Whether CXone ever took something that names it.</summary>
    public bool IsAccepted { get; init; }
}
