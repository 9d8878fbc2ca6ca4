using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Why a call is not let in, answered in the form that the caller speaks.</summary>
internal sealed record Refusal
{
    // One answer whatever is wrong with the key, so that nobody learns which keys exist (SEC-8).
    public static readonly Refusal KeyInvalid = new()
    {
        Code = StatusCode.Unauthenticated,
        HttpStatus = StatusCodes.Status401Unauthorized,
        Reason = CallerErrors.KeyInvalid,
        Message = "Send a valid API key as 'authorization: Bearer …' or 'x-api-key: …'.",
    };

    public static readonly Refusal TooManyFailures = new()
    {
        Code = StatusCode.ResourceExhausted,
        HttpStatus = StatusCodes.Status429TooManyRequests,
        Reason = CallerErrors.TooManyFailures,
        Message = $"More than {FailureLimiter.Limit} calls without a valid API key came from this address within a minute.",
        RetryDelay = FailureLimiter.Window,
    };

    public static readonly Refusal ScopeUndeclared = new()
    {
        Code = StatusCode.PermissionDenied,
        HttpStatus = StatusCodes.Status403Forbidden,
        Reason = CallerErrors.ScopeUndeclared,
        Message = "This method declares no scope, so nobody may call it.",
    };

    public static readonly Refusal OriginInvalid = new()
    {
        Code = StatusCode.PermissionDenied,
        HttpStatus = StatusCodes.Status403Forbidden,
        Reason = CallerErrors.OriginInvalid,
        Message = "A change must come from a page of this service: with X-Requested-With and the service's own Origin.",
    };

    public required StatusCode Code { get; init; }

    public required int HttpStatus { get; init; }

    public required string Reason { get; init; }

    public required string Message { get; init; }

    public string? Scope { get; init; }

    public TimeSpan? RetryDelay { get; init; }

    public static Refusal ScopeMissing(string scope) => new()
    {
        Code = StatusCode.PermissionDenied,
        HttpStatus = StatusCodes.Status403Forbidden,
        Reason = CallerErrors.ScopeMissing,
        Message = $"The API key lacks the scope {scope}.",
        Scope = scope,
    };

    /// <summary>Answers a call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="access">What it asked for.</param>
    /// <param name="area">The area of the error's domain.</param>
    public Task AnswerAsync(HttpContext context, EndpointAccess access, string area)
    {
        if (access.GrpcService is not null)
        {
            TrailersOnly.Write(context.Response, StatusOf($"contactcenter.{area}"));
            return Task.CompletedTask;
        }

        if (HttpStatus == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = access.IsPage ? "Basic realm=\"ContactCenter: API key as password\", charset=\"UTF-8\"" : "Bearer";
        if (RetryDelay is { } delay)
            context.Response.Headers.RetryAfter = $"{delay.TotalSeconds}";
        var extensions = new Dictionary<string, object?> { ["reason"] = Reason };
        if (Scope is not null)
            extensions["scope"] = Scope;
        return Results.Problem(Message, statusCode: HttpStatus, title: ReasonPhrases.GetReasonPhrase(HttpStatus), extensions: extensions).ExecuteAsync(context);
    }

    private RpcException StatusOf(string domain)
    {
        var info = RpcErrors.Info(domain, Reason);
        if (Scope is not null)
            info.Metadata["scope"] = Scope;
        return RpcErrors.Create(Code, info, Message, RetryDelay is { } delay ? [RpcErrors.RetryAfter(delay)] : []);
    }
}
