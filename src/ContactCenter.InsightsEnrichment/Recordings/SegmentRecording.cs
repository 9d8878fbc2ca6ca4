using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Sessions;

namespace ContactCenter.InsightsEnrichment.Recordings;

/// <summary>The recording of the session that names a task, as its segments show it (INS-55, INS-57).</summary>
internal static class SegmentRecording
{
    /// <summary>Name of the field of the link.</summary>
    public const string Link = "segment_link";

    /// <summary>The permission that a recording should have.</summary>
    public const string Granted = "granted";

    /// <summary>Code of the warning that a recording lacks it.</summary>
    public const string WithoutConsent = "recording_without_consent";

    /// <summary>The link that belongs to segments without one; null if none is known or none may be attached.</summary>
    /// <param name="sessions">The sessions that name the task.</param>
    /// <param name="options">Whether links are attached.</param>
    public static string? LinkOf(IEnumerable<SessionForTask> sessions, RecordingOptions options) => !options.AttachAutomatically
        ? null
        : sessions.Where(session => !options.RequireConsent || session.RecordingPermission == Granted).Select(session => session.RecordingLink).LastOrDefault(link => link is not null);

    /// <summary>A segment with the link, unless it has one, and with the permission beside it.</summary>
    /// <param name="segment">Of kind Conversation.</param>
    /// <param name="link">See <see cref="LinkOf"/>.</param>
    /// <param name="permission">Permission of the session's recording; null if no session has one.</param>
    /// <param name="rawEventId">An event of the task.</param>
    public static Segment Apply(Segment segment, string? link, string? permission, Guid rawEventId)
    {
        if (link is not null && !segment.Attributes.ContainsKey(Link))
            segment = segment with { Attributes = segment.Attributes.With([new(Link, link)]) };
        if (permission is null || !segment.Attributes.ContainsKey(Link))
            return segment;
        return segment with
        {
            RecordingPermission = permission,
            Warnings = permission == Granted
                ? segment.Warnings
                : [.. segment.Warnings ?? [], new SegmentWarning(WithoutConsent, Link, null, null) { RawEventId = rawEventId }],
        };
    }
}
