using System.Net;
using ContactCenter.Sandbox.Twilio.Callbacks;

namespace ContactCenter.Sandbox.Twilio.Sending;

/// <summary>Posts callbacks as TaskRouter does, signed.</summary>
/// <param name="http">A client for the receiver's address; what is signed is the URL that the receiver publishes.</param>
/// <param name="account">The account in whose name is sent.</param>
/// <param name="options">How patient to be.</param>
/// <param name="time">The clock of the pauses.</param>
public sealed class CallbackSender(HttpClient http, TwilioAccount account, SandboxOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Sends one callback. A receiver that is away or busy (503) is asked again for a while: TaskRouter itself would
    /// not, but a day with a hole could not be verified.
    /// </summary>
    /// <param name="callback">The callback.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <returns>When the receiver has taken it.</returns>
    /// <exception cref="HttpRequestException">The receiver refused it, or stayed away too long.</exception>
    public async Task SendAsync(EventCallback callback, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var (failure, wait) = await TryAsync(callback, cancellation);
            if (failure is null)
                return;
            var away = failure.StatusCode is null or HttpStatusCode.ServiceUnavailable;
            if (!away || time.GetElapsedTime(start) > options.ReceiverLimit)
                throw failure;
            await Task.Delay(wait ?? pause, time, cancellation);
        }
    }

    private async Task<(HttpRequestException? Failure, TimeSpan? Wait)> TryAsync(EventCallback callback, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, TwilioAccount.CallbackPath)
        {
            Content = new ByteArrayContent(callback.Body()) { Headers = { ContentType = new(EventCallback.ContentType, "utf-8") } },
        };
        request.Headers.Add(TwilioSignature.Header, TwilioSignature.Sign(account.CallbackUrl, callback.Form, account.AuthToken));
        request.Headers.UserAgent.ParseAdd("TwilioProxy/1.1");
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            if (response.IsSuccessStatusCode)
                return (null, null);
            var answer = await response.Content.ReadAsStringAsync(cancellation);
            var failure = new HttpRequestException($"{callback.EventType} {callback.Sid} was answered {(int)response.StatusCode}: {answer}", null, response.StatusCode);
            return (failure, response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException failure)
        {
            return (failure, null);
        }
        catch (OperationCanceledException timeout) when (!cancellation.IsCancellationRequested)
        {
            return (new HttpRequestException($"{callback.EventType} {callback.Sid} was not answered within {http.Timeout.TotalSeconds} s.", timeout), null);
        }
    }
}
