namespace ContactCenter.ServiceDefaults;

/// <summary>How a service calls another one; configuration section <c>ServiceClients:{service name}</c>.</summary>
public sealed class ServiceClientOptions
{
    /// <summary>Where the service is; null (the default) asks service discovery.</summary>
    public Uri? Address { get; set; }

    /// <summary>The deadline of a call for one answer that sets none itself; default 5 s.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The deadline of a call that streams, either way, and sets none itself; default 1 h.</summary>
    public TimeSpan StreamDeadline { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Deadlines of single methods, by <c>service/method</c>: <c>contactcenter.insights.v1.ExportService/GetExport</c>.</summary>
    public Dictionary<string, TimeSpan> Methods { get; } = [];
}
