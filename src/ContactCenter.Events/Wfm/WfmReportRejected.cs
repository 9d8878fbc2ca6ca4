using MassTransit;

namespace ContactCenter.Events.Wfm;

/// <summary>CXone refused a report for good.</summary>
[MessageUrn("contactcenter:wfm:report-rejected")]
public sealed record WfmReportRejected
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>The report.</summary>
    public required Guid ReportId { get; init; }

    /// <summary>Start of its interval.</summary>
    public required DateTimeOffset IntervalStart { get; init; }

    /// <summary><c>ACTIVITY</c> or <c>QUEUE</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its revision.</summary>
    public required int Revision { get; init; }

    /// <summary>Why, such as <c>REPORT_TOO_LARGE</c>.</summary>
    public required string Reason { get; init; }
}
