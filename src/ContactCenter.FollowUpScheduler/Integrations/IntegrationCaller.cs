using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Integrations;

/// <summary>How the call of an integration ended.</summary>
/// <param name="Answer">The parsed answer; null when the call failed or the answer is empty.</param>
/// <param name="Status">Status of the last answer; 0 if there was none.</param>
/// <param name="Failure">Why it failed; null when it succeeded.</param>
public sealed record CallResult(JsonElement? Answer, int Status, CallFailure? Failure = null);

/// <summary>Why the call of an integration failed.</summary>
/// <param name="Reason">In UPPER_SNAKE, such as <c>INTEGRATION_FAILED</c>.</param>
/// <param name="Detail">One sentence without values.</param>
/// <param name="ErrorClass">The class by which retry policies decide.</param>
/// <param name="IsTransient">Whether it may be better the next time.</param>
public sealed record CallFailure(string Reason, string Detail, string ErrorClass, bool IsTransient);

/// <summary>Calls integrations through Egress, with their retries and pages (FUP-14 to FUP-17).</summary>
/// <param name="egress">The way out.</param>
/// <param name="secrets">What calls authenticate with.</param>
/// <param name="time">Measures pauses.</param>
public sealed class IntegrationCaller(EgressClient egress, SecretDesk secrets, TimeProvider time)
{
    private const int LargestAnswer = 4 << 20;
    private const int Deepest = 64;
    private const int MostPages = 100;
    private const int DefaultTimeoutSeconds = 30;
    private const int DefaultAttempts = 3;
    private const int DelayFactor = 3;
    private const string Json = "application/json";

    /// <summary>Reason of a failed poll: the call was refused or not answered.</summary>
    public const string Failed = "INTEGRATION_FAILED";

    /// <summary>Calls an integration and reads its answer.</summary>
    /// <param name="id">The integration.</param>
    /// <param name="request">The integration, parsed.</param>
    /// <param name="values">Values of its templates.</param>
    /// <param name="idempotencyKey">The same whenever this effect is tried again; null for a call that reads.</param>
    /// <param name="known">Answers of earlier calls that read, by rendered request.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RenderException">A value is missing or not acceptable in its place.</exception>
    public async Task<CallResult> CallAsync(
        string id, RequestTemplate request, TemplateValues values, string? idempotencyKey, Dictionary<string, CallResult> known, CancellationToken cancellationToken)
    {
        var call = await RequestAsync(id, request, values, idempotencyKey, cancellationToken);
        if (idempotencyKey is not null)
            return await CallAsync(request, call, cancellationToken);
        var key = $"{id} {call.Url} {string.Join('\n', call.Headers)} {Convert.ToBase64String(call.Body.Span)}";
        return known.GetValueOrDefault(key) ?? (known[key] = await CallAsync(request, call, cancellationToken));
    }

    private async Task<CallResult> CallAsync(RequestTemplate request, EgressRequest call, CancellationToken cancellationToken)
    {
        var first = await SendAsync(request.Definition, call, cancellationToken);
        return first.Failure is null && request.Definition.Paging is { } paging
            ? await ReadPagesAsync(request.Definition, call, paging, first, cancellationToken)
            : first;
    }

    private async Task<EgressRequest> RequestAsync(string id, RequestTemplate request, TemplateValues values, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var definition = request.Definition;
        var url = request.Url.Render(values);
        var headers = request.Headers.Select(header => new KeyValuePair<string, string>(header.Name, RenderException.SingleLine(header.Value.Render(values)))).ToList();
        if (!headers.Exists(header => header.Key.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
            headers.Add(new("Accept", Json));
        if (RequestTemplate.SecretOf(definition.Authentication) is { } name)
            headers.Add(RequestTemplate.HeaderOf(definition.Authentication, await secrets.ReadAsync(name, cancellationToken) ?? throw new RenderException(RenderException.ValueMissing, $"secret '{name}' is not set")));
        var timeout = TimeSpan.FromSeconds(definition.TimeoutSeconds == 0 ? DefaultTimeoutSeconds : definition.TimeoutSeconds);
        return new(Destination.For($"integrations/{id}", request.Url.Sample) with { Timeouts = new() { Whole = timeout }, MaxResponseBytes = LargestAnswer }, new(definition.Method.ToString().ToUpperInvariant()), url)
        {
            Headers = headers,
            ContentType = request.Body is null ? null : Json,
            Body = request.Body?.Render(values) ?? [],
            GrantId = definition.Authentication?.Oauth2?.GrantId,
            IdempotencyKey = idempotencyKey,
            IsSuccess = definition.SuccessStatuses.Count == 0
                ? static status => status is >= 200 and <= 299
                : status => definition.SuccessStatuses.Any(range => status >= range.First && status <= range.Last),
        };
    }

    private async Task<CallResult> SendAsync(Integration definition, EgressRequest call, CancellationToken cancellationToken)
    {
        var attempts = definition.Retry is { MaxAttempts: > 0 } retry ? retry.MaxAttempts : DefaultAttempts;
        var delay = TimeSpan.FromMilliseconds(definition.Retry?.InitialDelayMilliseconds ?? 0);
        for (var attempt = 1; ; attempt++, delay *= DelayFactor)
        {
            var outcome = await egress.SendAsync(call, cancellationToken);
            var status = outcome.Response?.Status ?? outcome.Failure?.Status ?? 0;
            if (outcome.IsSuccess)
                return Read(outcome.Response, status, definition);
            var failure = outcome.Failure;
            if (failure.Decision == EgressDecision.Final || attempt >= attempts)
                return new(null, status, Describe(failure));
            var pause = failure.Delay ?? delay;
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<CallResult> ReadPagesAsync(Integration definition, EgressRequest call, Paging paging, CallResult first, CancellationToken cancellationToken)
    {
        if (JsonNode.Parse(first.Answer?.GetRawText() ?? "null") is not { } whole || Find(whole, paging.ItemsPath) is not JsonArray items)
            return first;
        var page = first.Answer!.Value;
        for (var number = 2; NextUrl(call, paging, page, number) is { } url; number++)
        {
            if (number > MostPages)
                return new(null, first.Status, new(Failed, $"There are more than {MostPages} pages.", "too_large", IsTransient: false));
            var next = await SendAsync(definition, call with { Url = url }, cancellationToken);
            if (next.Failure is not null || next.Answer is not { } answer)
                return next with { Failure = next.Failure ?? new(Failed, "A page is empty.", "bad_content", IsTransient: false) };
            if (Find(JsonNode.Parse(answer.GetRawText())!, paging.ItemsPath) is not JsonArray more || (more.Count == 0 && paging.KindCase == Paging.KindOneofCase.PageParameter))
                break;
            foreach (var item in more)
                items.Add(item?.DeepClone());
            page = answer;
        }

        return first with { Answer = JsonSerializer.SerializeToElement(whole) };
    }

    private static string? NextUrl(EgressRequest call, Paging paging, JsonElement page, int number)
    {
        if (paging.KindCase == Paging.KindOneofCase.PageParameter)
            return $"{call.Url}{(call.Url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Uri.EscapeDataString(paging.PageParameter)}={number.ToString(CultureInfo.InvariantCulture)}";
        var link = Find(JsonNode.Parse(page.GetRawText())!, paging.NextLinkPath) is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        return link.Length == 0 ? null : new Uri(new Uri(call.Url), link).AbsoluteUri;
    }

    private static JsonNode? Find(JsonNode node, string path) =>
        path.Split('.', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode?)node, static (at, name) => (at as JsonObject)?[name]);

    private static CallResult Read(EgressResponse response, int status, Integration definition)
    {
        if (definition.Method == FollowUps.V1.HttpMethod.Head || response.Body.Length == 0)
            return new(null, status);
        var type = response.Headers.GetValueOrDefault("Content-Type", "").Split(';')[0].Trim();
        if (!type.Equals(Json, StringComparison.OrdinalIgnoreCase) && !type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
            return NotJson("The answer has another content type than JSON.");
        try
        {
            using var document = JsonDocument.Parse(response.Body, new() { MaxDepth = Deepest });
            return new(document.RootElement.Clone(), status);
        }
        catch (JsonException)
        {
            return NotJson("The answer is no JSON in UTF-8, or nests deeper than 64.");
        }

        CallResult NotJson(string detail) => new(null, status, new("NOT_JSON", detail, "bad_content", IsTransient: false));
    }

    private static CallFailure Describe(EgressFailure failure) => new(
        failure.Class == ErrorClass.TooLarge ? "RESPONSE_TOO_LARGE" : Failed,
        failure.Detail,
        failure.PolicyName,
        failure.Decision != EgressDecision.Final);
}
