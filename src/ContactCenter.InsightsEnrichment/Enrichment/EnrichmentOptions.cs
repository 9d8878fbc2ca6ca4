using System.ComponentModel.DataAnnotations;
using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Recordings;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Settings of enrichment, each in the section that its name begins with.</summary>
public sealed class EnrichmentOptions : IValidatableObject
{
    /// <summary>Section <c>Media</c>.</summary>
    public MediaOptions Media { get; set; } = new();

    /// <summary>Section <c>Abandon</c>.</summary>
    public AbandonOptions Abandon { get; set; } = new();

    /// <summary>Section <c>Recordings</c>.</summary>
    public RecordingOptions Recordings { get; set; } = new();

    /// <summary>Section <c>Naming</c>.</summary>
    public NamingOptions Naming { get; set; } = new();

    /// <summary>Section <c>Warnings</c>.</summary>
    public WarningOptions Warnings { get; set; } = new();

    /// <summary>Section <c>Retention</c>.</summary>
    public WarningRetentionOptions Retention { get; set; } = new();

    /// <summary>The settings as the rules of segments take them.</summary>
    /// <param name="activities">What activities mean.</param>
    public SegmentRules ToRules(ActivityOptions activities) => new()
    {
        LateWindow = Media.LateWindow,
        ShortQueueSeconds = Abandon.ShortQueueSeconds,
        ReportForeignAttributes = Warnings.ReportForeignAttributes,
        Activities = activities,
        Recordings = Recordings,
    };

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Media.LateWindow < TimeSpan.Zero || Media.LateWindow > SegmentRules.LongestLateWindow)
            yield return new("Media:LateWindow must be 0 to 120 seconds.", [nameof(Media)]);
        if (Abandon.ShortQueueSeconds < 0)
            yield return new("Abandon:ShortQueueSeconds must not be negative.", [nameof(Abandon)]);
        if (Retention.WarningDays < 1)
            yield return new("Retention:WarningDays must be at least 1.", [nameof(Retention)]);
    }

    /// <summary>Settings of media links.</summary>
    public sealed class MediaOptions
    {
        /// <summary>How long after the end of a task a media link still counts, 0 to 120 s (INS-36).</summary>
        public TimeSpan LateWindow { get; set; } = SegmentRules.LongestLateWindow;
    }

    /// <summary>Settings of abandoned waits.</summary>
    public sealed class AbandonOptions
    {
        /// <summary>Abandoned waits below this many seconds get the phase <c>Short Queue</c>; 0 for none (INS-78).</summary>
        public int ShortQueueSeconds { get; set; }
    }

    /// <summary>Settings of names.</summary>
    public sealed class NamingOptions
    {
        /// <summary>Whether a segment keeps the names of team and department that it had, instead of the latest (INS-51).</summary>
        public bool KeepHistoricNames { get; set; }
    }

    /// <summary>Settings of warnings.</summary>
    public sealed class WarningOptions
    {
        /// <summary>Whether unknown names are reported also at the root of task attributes and among worker attributes (INS-41).</summary>
        public bool ReportForeignAttributes { get; set; }
    }

    /// <summary>How long warnings are kept.</summary>
    public sealed class WarningRetentionOptions
    {
        /// <summary>Days after which a warning is removed (INS-112).</summary>
        public int WarningDays { get; set; } = 90;
    }
}
