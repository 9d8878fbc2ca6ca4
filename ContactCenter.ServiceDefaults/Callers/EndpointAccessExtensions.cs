using Microsoft.AspNetCore.Builder;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>
/// Says who may call an HTTP endpoint. One that says nothing is refused for everybody; <c>AllowAnonymous()</c> opens one
/// that proves its caller itself, by a signature or a state (SEC-11).
/// </summary>
public static class EndpointAccessExtensions
{
    /// <summary>Lets in only callers whose API key has a scope (SEC-9).</summary>
    /// <param name="endpoint">The endpoint, or a group.</param>
    /// <param name="scope"><c>read</c>, <c>write</c>, <c>operate</c> or <c>admin</c> of this service, or a full name, such as <c>wfm.read</c>.</param>
    /// <returns>The same endpoint.</returns>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoint, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequiredScope(scope));

    /// <summary>
    /// Makes the endpoint a page for people (SEC-13): it also takes HTTP Basic with the API key as password and any user
    /// name; a request that changes something needs <c>X-Requested-With</c> and an <c>Origin</c> of our own; answers forbid
    /// foreign resources, inline scripts and styles, sniffing, referrers, framing and storing. Use it with <see cref="RequireScope"/>.
    /// </summary>
    /// <param name="endpoint">The endpoint, or a group: the page, what it loads and what it posts to.</param>
    /// <returns>The same endpoint.</returns>
    public static TBuilder AsPage<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PageMark());
}
