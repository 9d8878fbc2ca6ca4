using System.Net.Http.Headers;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Sends this service's API key for another one with every call.</summary>
/// <param name="key">The key; never logged.</param>
internal sealed class ServiceKeyHandler(string key) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return base.SendAsync(request, cancellationToken);
    }
}
