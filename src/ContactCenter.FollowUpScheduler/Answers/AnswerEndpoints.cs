using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.PostActions;
using Microsoft.AspNetCore.Mvc;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>Where the links of messages lead: a page that records nothing, and the answer that its button sends (spec section 4).</summary>
public static class AnswerEndpoints
{
    private const string Policy = "answers";
    private const int PerMinute = 30;

    /// <summary>Adds the limit for each source address.</summary>
    /// <param name="services">The service's services.</param>
    public static void AddAnswerLimit(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.AddPolicy(Policy, context => RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new() { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1) }));
    });

    /// <summary>Maps <c>/answers/{token}</c>; the token is the credential.</summary>
    /// <param name="app">The service.</param>
    public static void MapAnswers(this WebApplication app)
    {
        app.UseRateLimiter();
        app.MapGet("/answers/{token}", ShowAsync).AllowAnonymous().RequireRateLimiting(Policy);
        app.MapPost("/answers/{token}", TakeAsync).AllowAnonymous().RequireRateLimiting(Policy);
    }

    private static async Task<IResult> ShowAsync(string token, AnswerDesk answers, [FromServices] DurableDatabase database, HttpContext context)
    {
        Protect(context);
        await using var connection = await database.OpenAsync(context.RequestAborted);
        if (await answers.FindAsync(connection, token, context.RequestAborted) is not { } target)
            return Page("This link is not valid.", StatusCodes.Status404NotFound);
        var (record, action) = (Encode(target.Notification.ReconciliationId), Encode(target.Action.Title));
        return Page($"<h1>{record}</h1><form method=\"post\"><button>{action}</button></form>", StatusCodes.Status200OK);
    }

    private static async Task<IResult> TakeAsync(string token, AnswerDesk answers, [FromServices] DurableDatabase database, HttpContext context)
    {
        Protect(context);
        await using var transaction = await database.BeginAsync(context.RequestAborted);
        var outcome = await answers.TakeAsync(transaction, token, usedTime: null, context.RequestAborted);
        await transaction.CommitAsync(context.RequestAborted);
        var (status, reason, text) = outcome.Result switch
        {
            AnswerResult.Accepted => (StatusCodes.Status200OK, "ACCEPTED", "Thank you, your answer was recorded."),
            AnswerResult.AlreadyAnswered => (StatusCodes.Status409Conflict, "ALREADY_ANSWERED", "Another answer was given before."),
            AnswerResult.TooLate => (StatusCodes.Status410Gone, "ANSWER_TOO_LATE", "This is no longer open."),
            _ => (StatusCodes.Status404NotFound, "TOKEN_UNKNOWN", "This link is not valid."),
        };
        if (!context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase))
            return Page(text, status);
        var answer = outcome.Answer;
        return Results.Json(
            new { result = reason, action = answer?.ActionId, time = answer is null ? null : StepRunContext.Text(answer.AnswerTime.ToDateTimeOffset()) }, JsonSerializerOptions.Web, statusCode: status);
    }

    private static void Protect(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    private static IResult Page(string body, int status) =>
        Results.Content($"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Follow-up</title></head><body>{body}</body></html>", "text/html; charset=utf-8", statusCode: status);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
