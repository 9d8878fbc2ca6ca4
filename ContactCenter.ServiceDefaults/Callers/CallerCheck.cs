using ContactCenter.Durable.Audit;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Decides whether a request is let in.</summary>
/// <param name="area">What the service answers for.</param>
/// <param name="keys">The valid keys.</param>
/// <param name="failures">Counts calls without one.</param>
/// <param name="uses">Notes that a key was used.</param>
/// <param name="denied">Enters calls without the scope in the audit log.</param>
/// <param name="pages">The further rules of pages.</param>
internal sealed class CallerCheck(ServiceArea area, ApiKeyCache keys, FailureLimiter failures, KeyUses uses, DeniedCalls denied, PageRules pages)
{
    public string Area => area.Name;

    /// <summary>Checks key and scope, and makes the caller known to the request.</summary>
    /// <returns>Null if the request is let in.</returns>
    public async ValueTask<Refusal?> FindRefusalAsync(HttpContext context, EndpointAccess access)
    {
        var key = Credentials.Read(context.Request.Headers, allowBasic: access.IsPage);
        if (key is null || await keys.AuthenticateAsync(key) is not { } caller)
            return failures.CountFailure(context.Connection.RemoteIpAddress) ? Refusal.TooManyFailures : Refusal.KeyInvalid;
        uses.Note(caller);
        context.Features.Set(caller);
        if (access.IsForAnyCaller)
            return null;
        if (access.Scope is null)
            return Refusal.ScopeUndeclared;
        var scope = area.FullName(access.Scope);
        if (!caller.HasScope(scope))
        {
            denied.Add(caller.Actor, access.Name);
            return Refusal.ScopeMissing(scope);
        }

        return access.IsPage && !pages.Allow(context.Request) ? Refusal.OriginInvalid : null;
    }

    /// <summary>Whether a caller that was let in still would be.</summary>
    public Task<bool> IsValidAsync(Caller caller) => keys.IsValidAsync(caller);
}
