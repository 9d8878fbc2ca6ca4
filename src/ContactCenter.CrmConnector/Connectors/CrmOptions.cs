namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Settings under <c>Crm</c>.</summary>
public sealed class CrmOptions
{
    /// <summary>Whether a connector may be used only where external storage is configured (CRM-4). Default on.</summary>
    public bool RequireExternalStorage { get; set; } = true;
}
