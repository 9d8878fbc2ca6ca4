using ContactCenter.Egress.Guard;

namespace ContactCenter.Egress.Http;

/// <summary>The way of a vendor's SDK through the guard.</summary>
internal sealed class EgressHandler(EgressClient client, Destination destination) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = client.Check(destination, request.RequestUri?.OriginalString ?? "");
        foreach (var header in request.Headers.NonValidated)
        {
            var isHost = header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase);
            if (isHost && header.Value.ToString() is var host && host != url.Uri.Authority && host != url.Uri.Host)
                throw EgressException.Denied("header", "The header Host names another host.");
            foreach (var value in header.Value)
            {
                if (HeaderRules.ValueViolation(header.Key, value) is { } violation)
                    throw EgressException.Denied("header", violation);
            }
        }

        request.RequestUri = url.Uri;
        return client.ExchangeAsync(
            destination,
            request,
            itemId: null,
            destination.MaxResponseBytes,
            response =>
            {
                // A 3xx without a target is an answer, not a redirect: 304, and 308 of resumable uploads.
                if ((int)response.StatusCode is >= 300 and <= 399 && response.Headers.Location is not null)
                {
                    using (response)
                        throw Classification.Redirect(response, url.Uri);
                }

                return Task.FromResult(response);
            },
            cancellationToken);
    }
}
