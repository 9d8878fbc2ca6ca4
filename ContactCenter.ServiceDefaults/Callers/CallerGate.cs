using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>
/// Stands before every method and endpoint and lets in whoever has a key with its scope (SEC-8, SEC-9), before anything of
/// the request is read. A service without <see cref="CallersSetup.AddCallers"/> lets nobody in.
/// </summary>
internal sealed class CallerGate(RequestDelegate next, IServiceProvider services, TimeProvider clock)
{
    /// <summary>How often a call that lasts is asked whether its key is still valid.</summary>
    private static readonly TimeSpan RecheckInterval = TimeSpan.FromSeconds(1);

    private readonly CallerCheck? _check = services.GetService<CallerCheck>();
    private readonly ConditionalWeakTable<Endpoint, EndpointAccess> _accesses = [];

    public async Task InvokeAsync(HttpContext context)
    {
        // Without an endpoint there is nothing to be had: 404.
        if (context.GetEndpoint() is not { } endpoint)
        {
            await next(context);
            return;
        }

        var access = _accesses.GetValue(endpoint, EndpointAccess.Of);
        if (access.IsPage)
            PageRules.SetHeaders(context.Response);
        if (access.IsOpen)
        {
            await next(context);
            return;
        }

        var refusal = _check is null ? Refusal.KeyInvalid : await _check.FindRefusalAsync(context, access);
        if (refusal is not null)
            await refusal.AnswerAsync(context, access, AreaOf(access));
        else if (access.Lasts)
            await CallWhileValidAsync(context, _check!);
        else
            await next(context);
    }

    // Revocation and expiry end a call that is under way, as they refuse the next one (SEC-10).
    private async Task CallWhileValidAsync(HttpContext context, CallerCheck check)
    {
        var caller = context.GetCaller();
        var call = next(context);
        while (!call.IsCompleted)
        {
            await call.WaitAsync(RecheckInterval, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (call.IsCompleted || await check.IsValidAsync(caller))
                continue;
            context.Abort();
            break;
        }

        await call;
    }

    // "contactcenter.insights.v1.ConversationService" belongs to "insights".
    private string AreaOf(EndpointAccess access) =>
        _check?.Area ?? (access.GrpcService?.Split('.') is [_, var area, _, ..] ? area : "callers");
}
