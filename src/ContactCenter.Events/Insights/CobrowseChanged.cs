using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The screen share of a session changed.</summary>
[MessageUrn("contactcenter:insights:cobrowse-changed")]
public sealed record CobrowseChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The session, as far as it was known.</summary>
    public required SessionFacts Session { get; init; }

    /// <summary><c>started</c>, <c>remote_control_changed</c>, <c>full_device_changed</c> or <c>ended</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Id of the screen share.</summary>
    public required string CobrowseSessionId { get; init; }

    /// <summary><c>agent</c> or <c>end_user</c>.</summary>
    public string? RequestedBy { get; init; }

    /// <summary><c>agent</c>, <c>end_user</c> or <c>api</c>.</summary>
    public string? EndedBy { get; init; }

    /// <summary><c>off</c>, <c>requested</c>, <c>rejected</c> or <c>on</c>.</summary>
    public string? RemoteControl { get; init; }

    /// <summary>The same of the whole device.</summary>
    public string? FullDevice { get; init; }
}
