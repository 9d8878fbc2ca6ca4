using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The figures of messages were published anew (MSG-26).</summary>
[MessageUrn("contactcenter:insights:rcs-analytics-refreshed")]
public sealed record RcsAnalyticsRefreshed
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When the refresh ended.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>Rises by one from refresh to refresh.</summary>
    public required long RefreshNumber { get; init; }

    /// <summary>Sends and receipts before this time are part of the figures: a midnight, UTC.</summary>
    public required DateTimeOffset CutOffTime { get; init; }

    /// <summary>Days before the back-fill window whose figures changed, in their order.</summary>
    public required IReadOnlyList<DateOnly> RestatedDays { get; init; }
}
