using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Settings at the root of the configuration.</summary>
public sealed class PublicUrlOptions
{
    /// <summary>Scheme, host and, if there is one, path prefix under which senders know this service; required, as they sign it (INS-7).</summary>
    [Required, RegularExpression("^[Hh][Tt][Tt][Pp][Ss]?://[^?#]+$", ErrorMessage = "PublicBaseUrl must be an absolute http or https address without query.")]
    public string PublicBaseUrl { get; set; } = "";
}
