using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>How far the change of one task or worker has come; stored when an attempt is interrupted, so that the next goes on there.</summary>
public sealed record UpdateProgress
{
    /// <summary>Version that was read or written last; null before the first reading.</summary>
    public string? ETag { get; set; }

    /// <summary>Attributes as they were read first.</summary>
    public string? Before { get; set; }

    /// <summary>Attributes to write; null once they are written or need not be.</summary>
    public string? Merged { get; set; }

    /// <summary>Attributes that were written, or that a dry run would write.</summary>
    public string? Written { get; set; }

    /// <summary>How often others were faster.</summary>
    public int Conflicts { get; set; }

    /// <summary>The attributes were given up; only the status is left (<c>complete_anyway</c>).</summary>
    public bool SkipsAttributes { get; set; }

    /// <summary>Why they were given up.</summary>
    public string? Error { get; set; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text; null for nothing done yet.</param>
    public static UpdateProgress Read(string? text) => text is null ? new() : JsonSerializer.Deserialize<UpdateProgress>(text) ?? new();

    /// <summary>As JSON, to be stored.</summary>
    public override string ToString() => JsonSerializer.Serialize(this);
}
