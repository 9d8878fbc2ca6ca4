using System.Diagnostics;
using ContactCenter.Durable;
using ContactCenter.ServiceDefaults.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Http;

/// <summary>Errors over HTTP are problem+json (RFC 9457) with a trace id, never an exception's text or stack.</summary>
internal static class ProblemAnswers
{
    public static void AddProblemAnswers(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = problem =>
        {
            problem.ProblemDetails.Extensions["traceId"] =
                Activity.Current?.TraceId.ToHexString() ?? problem.HttpContext.TraceIdentifier;
            if (problem.ProblemDetails.Status == StatusCodes.Status503ServiceUnavailable && problem.HttpContext.Response.Headers.RetryAfter.Count == 0)
                problem.HttpContext.Response.Headers.RetryAfter = $"{Overload.RetryDelay(problem.Exception).TotalSeconds}";
        });

    public static void UseProblemAnswers(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = StatusOf });
        app.UseStatusCodePages();
    }

    private static int StatusOf(Exception failure) => failure switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        OutboxFullException or DatabaseBusyException => StatusCodes.Status503ServiceUnavailable,
        _ when TransientFailure.Is(failure) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
