namespace ContactCenter.ServiceDefaults.Discovery;

/// <summary>Sends a request that names a service to one of the service's addresses.</summary>
/// <param name="endpoints">The addresses by configuration.</param>
internal sealed class ServiceDiscoveryHandler(ServiceEndpoints endpoints) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var named = request.RequestUri;
        if (named is not null)
            request.RequestUri = endpoints.Resolve(named);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            // A handler further out that sends the request again must find the name, and so the next address.
            request.RequestUri = named;
        }
    }
}
