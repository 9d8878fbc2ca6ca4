using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>What keeps other sites from using a signed-in browser, and pages from loading anything foreign (SEC-13).</summary>
/// <param name="configuration"><c>PublicBaseUrl</c>, if set, is an origin of our own besides the address asked.</param>
internal sealed class PageRules(IConfiguration configuration)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private readonly string? _publicOrigin =
        Uri.TryCreate(configuration["PublicBaseUrl"], UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : null;

    /// <summary>Sets the headers of every answer of a page, whatever it will be.</summary>
    public static void SetHeaders(HttpResponse response) => response.OnStarting(static state =>
    {
        var headers = ((HttpResponse)state).Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }, response);

    /// <summary>Whether the request only reads, or was sent by a page of our own.</summary>
    public bool Allow(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return true;
        if (request.Headers.XRequestedWith.Count == 0 || request.Headers.Origin is not [{ } origin])
            return false;
        return string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            || string.Equals(origin, _publicOrigin, StringComparison.OrdinalIgnoreCase);
    }
}
