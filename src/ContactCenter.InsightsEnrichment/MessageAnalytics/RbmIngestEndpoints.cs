using System.Text;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.RawEvents;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>
/// The webhooks of RCS for Business: that of the partner for all agents, and those of the agents (MSG-1). A 200 says that the
/// notification is committed, or that repeating it would not help; it is in quarantine then.
/// </summary>
/// <param name="intake">Stores what comes.</param>
/// <param name="agents">Tokens.</param>
/// <param name="counts">Counts bodies that are too large.</param>
/// <param name="options">The answer to what is not genuine.</param>
/// <param name="timeProvider">Times of receipt.</param>
public sealed class RbmIngestEndpoints(RbmIntake intake, RbmAgents agents, IngestRefusals counts, IOptions<RbmOptions> options, TimeProvider timeProvider)
{
    private const string SignatureHeader = "X-Goog-Signature";
    private const int LongestBody = 1024 * 1024;
    private const int LongestSecret = 1_024;
    private const int LongestSignature = 512;

    /// <summary>Maps the endpoints.</summary>
    /// <param name="routes">The application's routes.</param>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = routes.ServiceProvider.GetRequiredService<RbmIngestEndpoints>();
        routes.MapPost("/ingest/rbm", context => endpoints.TakeAsync(context, null)).AllowAnonymous();
        routes.MapPost("/ingest/rbm/agents/{agent_id}", (HttpContext context) => endpoints.TakeForAgentAsync(context)).AllowAnonymous();
    }

    private async Task TakeForAgentAsync(HttpContext context)
    {
        var agent = (string)context.Request.RouteValues["agent_id"]!;
        if (agents.Names.ContainsKey(agent))
            await TakeAsync(context, agent);
        else
            await RequestBody.AnswerAsync(context, StatusCodes.Status404NotFound, InsightsErrors.AgentUnknown, "No such agent is configured in Rbm:Agents.");
    }

    private async Task TakeAsync(HttpContext context, string? pathAgent)
    {
        if (!agents.HasTokens)
        {
            await RequestBody.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, InsightsErrors.SignatureNotConfigured, "No client token is configured in Rbm to check signatures with.");
            return;
        }

        if (await RequestBody.ReadAsync(context, LongestBody) is not { } body)
        {
            await RequestBody.RefuseTooLargeAsync(context, counts, $"The body exceeds {LongestBody} bytes.");
            return;
        }

        using var document = NotificationReader.Parse(body);
        if (document is not null && !document.RootElement.TryGetProperty("message", out _) && document.RootElement.TryGetProperty("clientToken", out var token))
            await ShakeHandsAsync(context, token, document.RootElement, pathAgent);
        else
            await TakeNotificationAsync(context, document, body, pathAgent);
    }

    private async Task TakeNotificationAsync(HttpContext context, JsonDocument? document, byte[] body, string? pathAgent)
    {
        var signature = context.Request.Headers[SignatureHeader] is [{ Length: > 0 and <= LongestSignature } given] && !given.Contains('\0', StringComparison.Ordinal) ? given : null;
        var (envelope, reason) = document is null ? (null, QuarantineReasons.BodyUnreadable) : NotificationReader.ReadEnvelope(document.RootElement);
        if (envelope is not null && (signature is null || !agents.IsGenuine(signature, envelope.Data, pathAgent)))
            (envelope, reason) = (null, QuarantineReasons.SignatureInvalid);
        Notification? notification = null;
        if (envelope is not null)
            (notification, reason) = NotificationReader.Read(envelope, pathAgent, timeProvider.GetUtcNow());

        var stored = notification is not null
            ? await intake.StoreAsync(notification, context.RequestAborted)
            : await intake.SetAsideAsync(new(pathAgent, reason!, signature, Guid.CreateVersion7(timeProvider.GetUtcNow()), body), context.RequestAborted);
        if (!stored)
            await RequestBody.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, InsightsErrors.StoreUnavailable, "The notification could not be stored.");
        else if (reason == QuarantineReasons.SignatureInvalid && options.Value.RejectStatus != StatusCodes.Status200OK)
            await RequestBody.AnswerAsync(context, options.Value.RejectStatus, InsightsErrors.SignatureInvalid, "X-Goog-Signature is missing or does not match.");
    }

    /// <summary>The platform asks whether we know its token: we do if we send its secret back (MSG-2).</summary>
    private async Task ShakeHandsAsync(HttpContext context, JsonElement token, JsonElement body, string? pathAgent)
    {
        if (token.ValueKind != JsonValueKind.String || !agents.IsToken(token.GetString()!, pathAgent)
            || !body.TryGetProperty("secret", out var value) || value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 and <= LongestSecret } secret)
        {
            await RequestBody.AnswerAsync(context, StatusCodes.Status400BadRequest, InsightsErrors.SignatureInvalid, "The clientToken is not one that is configured for this webhook, or there is no secret of up to 1,024 characters.");
            return;
        }

        context.Response.ContentType = "text/plain";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.WriteAsync(secret, Encoding.UTF8, context.RequestAborted);
    }
}
