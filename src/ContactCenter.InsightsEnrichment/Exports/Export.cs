using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>A data set as a file; <c>protos/…/export.proto</c> says what each value means.</summary>
public sealed record Export
{
    /// <summary>Identity.</summary>
    public required Guid ExportId { get; init; }

    /// <summary>What was asked for.</summary>
    public required V1.CreateExportRequest Definition { get; init; }

    /// <summary>How far it is.</summary>
    public ExportState State { get; init; } = ExportState.Waiting;

    /// <summary>Who asked for it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>Tells apart the pieces of one attempt from those of another that was interrupted.</summary>
    public long Attempt { get; init; }

    /// <summary>Rows without the header.</summary>
    public long Rows { get; init; }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; init; }

    /// <summary>SHA-256 of the file in lower-case hex; null until it is done.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The last load when the file was written.</summary>
    public long LoadNumber { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishTime { get; init; }

    /// <summary>When the file is removed.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The same at a time: a file whose time has come is gone, whether it was removed yet or not.</summary>
    /// <param name="now">The time.</param>
    public Export At(DateTimeOffset now) => State == ExportState.Done && ExpireTime <= now ? this with { State = ExportState.Expired } : this;
}

/// <summary>How far an export is; the numbers are those of the contract.</summary>
public enum ExportState
{
    /// <summary>Waits for its turn.</summary>
    Waiting = 1,

    /// <summary>The file is being written.</summary>
    Running = 2,

    /// <summary>The file can be downloaded.</summary>
    Done = 3,

    /// <summary>It cannot be written.</summary>
    Failed = 4,

    /// <summary>Somebody canceled it.</summary>
    Canceled = 5,

    /// <summary>The file was removed.</summary>
    Expired = 6,
}
