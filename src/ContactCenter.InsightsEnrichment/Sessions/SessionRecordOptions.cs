using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Settings under <c>Sessions</c>.</summary>
public sealed class SessionRecordOptions
{
    /// <summary>Zone of the times in documents and transcripts, such as <c>America/Los_Angeles</c> (INS-122); default UTC.</summary>
    [Required]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>From the end of a session to its ready time (INS-126), up to a day; default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan FileDelay { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether dispositions and the end of a session tell the segments their outcome (INS-33).</summary>
    public bool MapDispositions { get; set; } = true;

    /// <summary>The zone; read only after <see cref="IsKnown"/> was asked.</summary>
    internal TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>Whether the machine knows the zone.</summary>
    internal bool IsKnown => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _);
}
