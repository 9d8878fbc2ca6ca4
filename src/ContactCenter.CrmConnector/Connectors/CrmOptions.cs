using System.ComponentModel.DataAnnotations;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Settings under <c>Crm</c>.</summary>
public sealed class CrmOptions
{
    /// <summary>Whether a connector may be used only where external storage is configured (CRM-4). Default on.</summary>
    public bool RequireExternalStorage { get; set; } = true;

    /// <summary>Where browsers reach this service, without a slash at the end; empty if they do not. Needed for <c>include_redirect_url</c> (CRM-16).</summary>
    [RegularExpression("^(https://[^?#]*[^?#/])?$", ErrorMessage = "Crm:PublicBaseUrl must be an absolute https address without query and without a slash at the end.")]
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>Days for which sessions and operations that are over are kept, 1 to 1,100.</summary>
    [Range(1, 1_100)]
    public int HistoryDays { get; set; } = 90;
}
