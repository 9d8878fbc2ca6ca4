using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ContactCenter.Egress.Http;

/// <summary>Maps what can go wrong in a call to the error classes of EGR-13.</summary>
internal static class Classification
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);

    /// <summary>The failure behind an exception of the HTTP stack; null when it is none of a call's own.</summary>
    public static EgressException? Of(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is EgressException known)
                return known;
        }

        return error switch
        {
            HttpRequestException http => OfHttp(http),
            InvalidDataException => BadContent(error),
            IOException or SocketException => Reset(error),
            _ => null,
        };
    }

    /// <summary>The failure of an answer that is no success; the decision is that of policy <c>default</c>.</summary>
    public static EgressFailure OfStatus(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var abort = response.Headers.TryGetValues("webhook-delivery", out var values)
            && values.Any(value => value.Trim().Equals("abort-message", StringComparison.OrdinalIgnoreCase));
        var retry = status is 408 or 425 or 429 or 500 or 502 or 503 or 504;
        return new EgressFailure(ErrorClass.Status, "HTTP_STATUS", $"The answer was {status}.")
        {
            Status = status,
            Decision = retry && !abort ? EgressDecision.Retry : EgressDecision.Final,
            DecisionIsFixed = abort,
            Delay = abort ? null : RetryAfter(response, now),
        };
    }

    public static EgressException Redirect(HttpResponseMessage response, Uri requested)
    {
        var target = response.Headers.Location is { } location
            ? new Uri(requested, location).Host
            : "no target";
        return new EgressException(new EgressFailure(
            ErrorClass.Redirect, "REDIRECT_REFUSED", $"The answer redirects to {target}; redirects are not followed.")
        {
            Status = (int)response.StatusCode,
            DecisionIsFixed = true,
        });
    }

    /// <summary>EGR-17: seconds or date on 429 and 503, at most 24 h, then 0 to 10 % more.</summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            || !response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
        {
            return null;
        }

        var text = values.ToString().Trim();
        TimeSpan delay;
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            delay = ulong.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds < 86_400
                ? TimeSpan.FromSeconds(seconds)
                : LongestRetryAfter;
        else if (response.Headers.RetryAfter?.Date is { } date && date > now)
            delay = date - now;
        else
            return null;

        if (delay > LongestRetryAfter)
            delay = LongestRetryAfter;
        return delay * (1 + (Random.Shared.NextDouble() * 0.1));
    }

    private static EgressException OfHttp(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => EgressException.Of(ErrorClass.Dns, "DNS_FAILED", "The host name did not resolve.", error),
        HttpRequestError.ConnectionError => EgressException.Of(ErrorClass.Connect, "CONNECT_FAILED", "The connection was not accepted.", error),
        HttpRequestError.SecureConnectionError => EgressException.Of(ErrorClass.Tls, "TLS_FAILED", "The TLS handshake failed.", error),
        HttpRequestError.ConfigurationLimitExceeded => EgressException.Of(
            ErrorClass.TooLarge, "RESPONSE_TOO_LARGE", "The response headers are over 32 KiB.", error),
        HttpRequestError.InvalidResponse => BadContent(error),
        _ when error.InnerException is InvalidDataException => BadContent(error),
        _ => Reset(error),
    };

    private static EgressException BadContent(Exception error) =>
        EgressException.Of(ErrorClass.BadContent, "BAD_CONTENT", "The answer is not valid HTTP or cannot be decoded.", error);

    private static EgressException Reset(Exception error) =>
        EgressException.Of(ErrorClass.Reset, "CONNECTION_RESET", "The connection ended in the middle of the call.", error);
}
