using ContactCenter.Egress;
using ContactCenter.Egress.Guard;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Reads addresses of CXone (WFM-2).</summary>
internal static class ServiceUrl
{
    /// <summary>Reads an address.</summary>
    /// <param name="text">As given; empty for none.</param>
    /// <param name="guard">Judges it.</param>
    /// <returns>The address without a slash at the end, and why it cannot be used; null if it can.</returns>
    public static (string Url, string? Fault) Read(string text, EgressGuard guard)
    {
        if (text.Length == 0)
            return ("", null);
        try
        {
            var url = EgressUrl.Parse(text);
            if (url.Uri.Query.Length > 0)
                return ("", "has a query");
            guard.CheckUrl(url);
            return (url.Uri.AbsoluteUri.TrimEnd('/'), null);
        }
        catch (EgressException refused)
        {
            return ("", refused.Failure.Detail);
        }
    }
}
