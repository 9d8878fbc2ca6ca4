using System.Diagnostics;
using System.Net.Http.Headers;
using System.Reflection;
using ContactCenter.Egress.Destinations;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Limits;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Webhooks;

namespace ContactCenter.Egress.Http;

/// <summary>The one outbound HTTP client of all services (EGR-1).</summary>
/// <remarks>Thread-safe; one per process. A failure is a value that a durable job acts upon, never an exception.</remarks>
public sealed class EgressClient
{
    private static readonly string UserAgent =
        $"ContactCenter/{typeof(EgressClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}";

    private readonly EgressTransport _transport;
    private readonly EgressGuard _guard;
    private readonly DestinationBook _book;
    private readonly DestinationGate _gate;
    private readonly AccessTokens? _tokens;
    private readonly TimeProvider _time;

    internal EgressClient(
        EgressTransport transport, EgressGuard guard, DestinationBook book, DestinationGate gate, AccessTokens? tokens, TimeProvider time)
    {
        _transport = transport;
        _guard = guard;
        _book = book;
        _gate = gate;
        _tokens = tokens;
        _time = time;
    }

    /// <summary>Makes a call and reads the answer whole.</summary>
    /// <param name="request">The call.</param>
    /// <param name="cancellationToken">The caller's end; the only thing that throws.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public Task<EgressOutcome> SendAsync(EgressRequest request, CancellationToken cancellationToken) =>
        RunAsync(request, receive: null, cancellationToken);

    /// <summary>Makes a call and hands the body of a successful answer over as a stream.</summary>
    /// <param name="request">The call.</param>
    /// <param name="receive">Reads the body; gets the head of the answer with an empty body, and the stream.</param>
    /// <param name="cancellationToken">The caller's end.</param>
    /// <returns>The outcome; the body of a success is empty, as it was handed over.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public Task<EgressOutcome> DownloadAsync(
        EgressRequest request,
        Func<EgressResponse, Stream, CancellationToken, Task> receive,
        CancellationToken cancellationToken) => RunAsync(request, receive, cancellationToken);

    /// <summary>A handler under the same guard, limits and breaker for a vendor's SDK that wants one; failures are <see cref="EgressException"/>.</summary>
    /// <param name="destination">The only origin it may call.</param>
    /// <returns>The handler; it needs no disposal.</returns>
    public HttpMessageHandler CreateHandler(Destination destination) => new EgressHandler(this, destination);

    /// <summary>An HttpClient over <see cref="CreateHandler"/>; time limits are the destination's.</summary>
    /// <param name="destination">The only origin it may call.</param>
    /// <returns>The client; it needs no disposal.</returns>
    public HttpClient CreateHttpClient(Destination destination) =>
        new(CreateHandler(destination)) { Timeout = Timeout.InfiniteTimeSpan };

    internal async Task<T> ExchangeAsync<T>(
        Destination destination,
        HttpRequestMessage message,
        string? itemId,
        long? maxResponseBytes,
        Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken,
        TimeSpan? whole = null)
    {
        destination = await _book.CurrentAsync(destination, cancellationToken);
        if (whole is not null)
            destination = destination with { Timeouts = destination.Timeouts with { Whole = whole } };
        using var activity = EgressTelemetry.Source.StartActivity("egress.call", ActivityKind.Client);
        var started = Stopwatch.GetTimestamp();
        var result = "canceled";
        try
        {
            using var pass = await _gate.EnterAsync(destination, itemId, cancellationToken);
            if (destination.SendTraceContext && activity is not null)
            {
                DistributedContextPropagator.Current.Inject(activity, message, static (carrier, name, value) =>
                    ((HttpRequestMessage)carrier!).Headers.TryAddWithoutValidation(name, value));
            }

            try
            {
                var response = await _transport.SendAsync(destination, message, maxResponseBytes, cancellationToken);
                var value = await read(response);
                var status = (int)response.StatusCode;
                result = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
                await pass.ReportAsync(status >= 500 ? Classification.OfStatus(response, _time.GetUtcNow()) : null);
                return value;
            }
            catch (EgressException error)
            {
                result = error.Failure.PolicyName;
                await pass.ReportAsync(error.Failure);
                throw;
            }
        }
        catch (EgressException error) when (error.Failure.Decision == EgressDecision.Wait)
        {
            result = error.Failure.Reason;
            throw;
        }
        finally
        {
            activity?.SetTag("egress.result", result);
            EgressTelemetry.Calls.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("result", result));
        }
    }

    /// <summary>What the guard says to a URL before anything is resolved; the same for both ways to call.</summary>
    internal EgressUrl Check(Destination destination, string url)
    {
        var parsed = EgressUrl.Parse(url, destination.MaxUrlLength);
        _guard.CheckUrl(parsed);
        if (parsed.Origin != destination.Origin)
            throw EgressException.Denied("other-origin", "The URL is not one of the destination.");
        return parsed;
    }

    private async Task<EgressOutcome> RunAsync(
        EgressRequest request, Func<EgressResponse, Stream, CancellationToken, Task>? receive, CancellationToken cancellationToken)
    {
        try
        {
            if (request.GrantId is null)
                return await AttemptAsync(request, null, receive, cancellationToken);

            var tokens = _tokens ?? throw EgressException.Denied("no-grants", "This service stores no grants.");
            var token = await tokens.GetAsync(request.GrantId, refused: null, cancellationToken);
            var outcome = await AttemptAsync(request, token, receive, cancellationToken);
            if (outcome.Failure is not { Class: ErrorClass.Status, Status: 401 })
                return outcome;

            // EGR-29: one forced refresh and one repeat, no more.
            token = await tokens.GetAsync(request.GrantId, refused: token, cancellationToken);
            return await AttemptAsync(request, token, receive, cancellationToken);
        }
        catch (EgressException error)
        {
            return new EgressOutcome { Failure = error.Failure };
        }
    }

    private async Task<EgressOutcome> AttemptAsync(
        EgressRequest request,
        AccessToken? token,
        Func<EgressResponse, Stream, CancellationToken, Task>? receive,
        CancellationToken cancellationToken)
    {
        using var message = Compose(request, token);
        return await ExchangeAsync(
            request.Destination,
            message,
            request.ReservationId,
            Smaller(request.MaxResponseBytes, request.Destination.MaxResponseBytes),
            async response =>
            {
                using (response)
                    return await ReadAsync(request, response, receive, cancellationToken);
            },
            cancellationToken,
            request.Whole);
    }

    private async Task<EgressOutcome> ReadAsync(
        EgressRequest request,
        HttpResponseMessage response,
        Func<EgressResponse, Stream, CancellationToken, Task>? receive,
        CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var isSuccess = request.IsSuccess(status);
        if (status is >= 300 and <= 399 && !isSuccess)
            throw Classification.Redirect(response, response.RequestMessage!.RequestUri!);

        var head = new EgressResponse(status, HeadersOf(response), ReadOnlyMemory<byte>.Empty);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (isSuccess && receive is not null)
        {
            await receive(head, body, cancellationToken);
            return new EgressOutcome { Response = head };
        }

        using var buffer = new MemoryStream();
        await body.CopyToAsync(buffer, cancellationToken);
        return new EgressOutcome
        {
            Response = head with { Body = buffer.ToArray() },
            Failure = isSuccess ? null : Classification.OfStatus(response, _time.GetUtcNow()),
        };
    }

    private HttpRequestMessage Compose(EgressRequest request, AccessToken? token)
    {
        var url = Check(request.Destination, request.Url);
        var message = new HttpRequestMessage(request.Method, url.Uri) { Content = ContentOf(request) };
        Add(message, "User-Agent", UserAgent);
        foreach (var (name, value) in request.Headers)
        {
            if (name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase))
                message.Headers.Remove(name);
            Add(message, name, value);
        }

        if (request.IdempotencyKey is { } key)
            Add(message, "Idempotency-Key", key);
        if (token is not null)
            Add(message, "Authorization", $"{request.TokenPrefix} {token.Value}");
        if (request.Signing is { } signing)
        {
            foreach (var (name, value) in Signed(signing, request))
                Add(message, name, value);
        }

        return message;
    }

    private IReadOnlyList<KeyValuePair<string, string>> Signed(WebhookSigning signing, EgressRequest request)
    {
        try
        {
            return signing.Sign(request.Body.Span, _time.GetUtcNow());
        }
        catch (FormatException)
        {
            throw EgressException.Denied("webhook-secret", "A webhook secret is not valid Base64.");
        }
    }

    private static HttpContent? ContentOf(EgressRequest request)
    {
        if (request.NewContent?.Invoke() is { } content)
            return content;
        if (request.Body.IsEmpty && request.ContentType is null)
            return null;
        var body = new ReadOnlyMemoryContent(request.Body);
        if (request.ContentType is { } type)
        {
            if (!MediaTypeHeaderValue.TryParse(type, out var parsed) || HeaderRules.Violation("Content-Type", type) is not null)
                throw EgressException.Denied("header", "The content type is not valid.");
            body.Headers.ContentType = parsed;
        }

        return body;
    }

    private static void Add(HttpRequestMessage message, string name, string value)
    {
        if (HeaderRules.Violation(name, value) is { } violation)
            throw EgressException.Denied("header", violation);
        if (!message.Headers.TryAddWithoutValidation(name, value)
            && message.Content?.Headers.TryAddWithoutValidation(name, value) is not true)
        {
            throw EgressException.Denied("header", $"The header {name} belongs to a body, and there is none.");
        }
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            headers[header.Key] = string.Join(", ", header.Value);
        return headers;
    }

    private static long? Smaller(long? one, long? other) =>
        one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);
}
