using System.Security.Cryptography;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>
/// The doors for TaskRouter: event callbacks and Event Streams (INS-3, INS-9). A 204 says that the events are committed;
/// every other answer is a problem document with a reason of <see cref="InsightsErrors"/>.
/// </summary>
/// <param name="writer">Stores what is genuine.</param>
/// <param name="backlog">Says when no more is taken.</param>
/// <param name="accounts">Tokens to check signatures with.</param>
/// <param name="refusals">Notes who was refused.</param>
/// <param name="counts">Counts bodies that are too large.</param>
/// <param name="limits">Largest bodies.</param>
/// <param name="url">The address that senders sign.</param>
/// <param name="timeProvider">Times of receipt.</param>
public sealed class TwilioIngestEndpoints(
    RawEventWriter writer,
    EnrichmentBacklog backlog,
    TwilioAccounts accounts,
    SignatureRefusalLog refusals,
    IngestRefusals counts,
    IOptions<IngestOptions> limits,
    IOptions<PublicUrlOptions> url,
    TimeProvider timeProvider)
{
    private const string SignatureHeader = "X-Twilio-Signature";
    private const int DeepestJson = 64;
    private const int LongestHeader = 512;

    private static readonly string[] KeptHeaders = ["user-agent", "i-twilio-idempotency-token", "x-home-region"];

    private readonly string[] _bases = TwilioSignature.Spellings(url.Value.PublicBaseUrl.TrimEnd('/'));

    /// <summary>Maps the endpoints.</summary>
    /// <param name="routes">The application's routes.</param>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = routes.ServiceProvider.GetRequiredService<TwilioIngestEndpoints>();
        routes.MapPost("/ingest/twilio/taskrouter", endpoints.TakeCallbackAsync).AllowAnonymous();
        routes.MapPost("/ingest/twilio/event-streams", endpoints.TakeEventStreamsAsync).AllowAnonymous();
    }

    private async Task TakeCallbackAsync(HttpContext context)
    {
        if (await ReadBodyAsync(context, limits.Value.MaxFormBytes) is not { } body)
            return;
        var form = FormBody.Parse(body);
        var now = timeProvider.GetUtcNow();
        var raw = RawEventIntake.OfCallback(Guid.CreateVersion7(now), now, context.Request.ContentType, body, form);
        var genuine = SignatureOf(context) is { } signature
            && TwilioSignature.IsGenuine(signature, Spellings(context), form, accounts.TokensFor(raw.AccountSid));
        if (genuine)
            await StoreAsync(context, [raw]);
        else
            await RefuseSignatureAsync(context, body);
    }

    private async Task TakeEventStreamsAsync(HttpContext context)
    {
        if (await ReadBodyAsync(context, limits.Value.MaxJsonBytes) is not { } body)
            return;
        var genuine = SignatureOf(context) is { } signature
            && TwilioSignature.IsGenuine(signature, Spellings(context), context.Request.QueryString.Value ?? "", body, accounts.AllTokens);
        if (!genuine)
        {
            await RefuseSignatureAsync(context, body);
            return;
        }

        var now = timeProvider.GetUtcNow();
        using var items = ParseArray(body);
        if (items is null)
        {
            // It is genuine, so it is kept; but it is no event, and the sender is told.
            var unreadable = RawEventIntake.Unreadable(Guid.CreateVersion7(now), now, context.Request.ContentType, body, InsightsErrors.NotAnArray);
            if (await writer.StoreAsync([unreadable], context.RequestAborted))
                await RequestBody.AnswerAsync(context, StatusCodes.Status400BadRequest, InsightsErrors.NotAnArray, "The body must be a JSON array of CloudEvents.");
            else
                await AnswerUnavailableAsync(context);
            return;
        }

        var events = items.RootElement.EnumerateArray()
            .Select(item => RawEventIntake.OfStreamItem(Guid.CreateVersion7(now), now, context.Request.ContentType, item)).ToList();
        await StoreAsync(context, events);
    }

    private async Task StoreAsync(HttpContext context, List<RawEvent> events)
    {
        if (HeadersOf(context.Request) is { } headers)
            events = events.ConvertAll(raw => raw with { Headers = headers });
        if (events.Count > 0 && !await writer.StoreAsync(events, context.RequestAborted))
        {
            await AnswerUnavailableAsync(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.ContentType = "application/json";
    }

    /// <summary>Reads the body; null if the request was answered instead.</summary>
    private async Task<byte[]?> ReadBodyAsync(HttpContext context, int limit)
    {
        if (accounts.AllTokens.Count == 0)
        {
            await RequestBody.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, InsightsErrors.SignatureNotConfigured, "No auth token is configured to check signatures with.");
            return null;
        }

        if (backlog.IsFull)
        {
            await RequestBody.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, InsightsErrors.Overloaded, "Too many events wait to be processed.");
            return null;
        }

        var body = await RequestBody.ReadAsync(context, limit);
        if (body is null)
            await RequestBody.RefuseTooLargeAsync(context, counts, $"The body exceeds {limit} bytes.");
        return body;
    }

    private static JsonDocument? ParseArray(byte[] body)
    {
        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestJson });
            if (document.RootElement.ValueKind == JsonValueKind.Array)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Not JSON at all: not an array either.
        }

        return null;
    }

    /// <summary>The header fields that are kept, as a JSON object (INS-2); null if there are none.</summary>
    private static string? HeadersOf(HttpRequest request)
    {
        Dictionary<string, string>? kept = null;
        foreach (var name in KeptHeaders)
        {
            if (request.Headers[name] is [{ Length: > 0 and <= LongestHeader } value, ..] && !value.Contains('\0', StringComparison.Ordinal))
                (kept ??= []).Add(name, value);
        }

        return kept is null ? null : JsonSerializer.Serialize(kept);
    }

    private static string? SignatureOf(HttpContext context) => context.Request.Headers[SignatureHeader] is [{ Length: > 0 } signature] ? signature : null;

    private string[] Spellings(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return Array.ConvertAll(_bases, spelled => spelled + target);
    }

    private Task RefuseSignatureAsync(HttpContext context, byte[] body)
    {
        var cause = SignatureOf(context) is null ? IngestRefusals.SignatureMissing : IngestRefusals.SignatureWrong;
        refusals.Add(new(
            timeProvider.GetUtcNow(), cause, context.Connection.RemoteIpAddress?.ToString(), context.Request.Path, body.Length, SHA256.HashData(body)));
        return RequestBody.AnswerAsync(context, StatusCodes.Status403Forbidden, InsightsErrors.SignatureInvalid, "X-Twilio-Signature is missing or does not match.");
    }

    private static Task AnswerUnavailableAsync(HttpContext context) =>
        RequestBody.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, InsightsErrors.StoreUnavailable, "The events could not be stored.");
}
