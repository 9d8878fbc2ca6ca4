namespace ContactCenter.InsightsEnrichment.Recordings;

/// <summary>Settings under <c>Recordings</c>.</summary>
public sealed class RecordingOptions
{
    /// <summary>Whether the link of a session's finished recording is added to its task (INS-55). Default off.</summary>
    public bool AttachAutomatically { get; set; }

    /// <summary>Whether that is done only with the permission <c>granted</c> (INS-57). Default off.</summary>
    public bool RequireConsent { get; set; }

    /// <summary>Whether every new link is looked at, see <see cref="LinkChecker"/> (INS-56). Default off.</summary>
    public bool CheckLinks { get; set; }
}
