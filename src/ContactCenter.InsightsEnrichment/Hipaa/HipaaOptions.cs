namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>Settings under <c>Hipaa</c>.</summary>
public sealed class HipaaOptions
{
    /// <summary>Whether task attributes that may hold personal data are removed before anything is stored, and customers are not linked (INS-108, INS-109). Default off.</summary>
    public bool Enabled { get; set; }
}
