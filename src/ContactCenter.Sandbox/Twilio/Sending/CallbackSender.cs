using ContactCenter.Sandbox.Twilio.Callbacks;

namespace ContactCenter.Sandbox.Twilio.Sending;

/// <summary>Posts callbacks as TaskRouter does, signed.</summary>
/// <param name="http">A client for the receiver's address; what is signed is the URL that the receiver publishes.</param>
/// <param name="account">The account in whose name is sent.</param>
/// <param name="patience">Repeats what met a receiver that is away or busy.</param>
public sealed class CallbackSender(HttpClient http, TwilioAccount account, Patience patience)
{
    /// <summary>
    /// Sends one callback. A receiver that is away or busy (503) is asked again for a while: TaskRouter itself would
    /// not, but a day with a hole could not be verified.
    /// </summary>
    /// <param name="callback">The callback.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <returns>When the receiver has taken it.</returns>
    /// <exception cref="HttpRequestException">The receiver refused it.</exception>
    /// <exception cref="Polly.Timeout.TimeoutRejectedException">The receiver stayed away too long.</exception>
    public Task SendAsync(EventCallback callback, CancellationToken cancellation) => patience.RepeatAsync(ct => TryAsync(callback, ct), cancellation);

    private async Task TryAsync(EventCallback callback, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, TwilioAccount.CallbackPath)
        {
            Content = new ByteArrayContent(callback.Body()) { Headers = { ContentType = new(EventCallback.ContentType, "utf-8") } },
        };
        request.Headers.Add(TwilioSignature.Header, TwilioSignature.Sign(account.CallbackUrl, callback.Form, account.AuthToken));
        request.Headers.UserAgent.ParseAdd("TwilioProxy/1.1");
        using var response = await http.SendAsync(request, cancellation);
        if (response.IsSuccessStatusCode)
            return;
        var answer = await response.Content.ReadAsStringAsync(cancellation);
        throw new HttpRequestException($"{callback.EventType} {callback.Sid} was answered {(int)response.StatusCode}: {answer}", null, response.StatusCode);
    }
}
