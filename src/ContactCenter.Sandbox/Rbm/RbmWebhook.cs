using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ContactCenter.Sandbox.Rbm;

/// <summary>Reports what happens on RCS for Business, signed as the platform does.</summary>
/// <param name="http">A client for the receiver's address.</param>
/// <param name="options">How patient to be with a receiver that is busy.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="configuration">Names the agent and its client token, as the receiver's settings do.</param>
public sealed class RbmWebhook(HttpClient http, SandboxOptions options, TimeProvider time, IConfiguration configuration)
{
    private const string Path = "/ingest/rbm";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _token = Encoding.UTF8.GetBytes(configuration["Rbm:Agents:0:ClientTokens:0"] ?? "");

    /// <summary>The agent that is played; null where there is none.</summary>
    public string? Agent { get; } = configuration["Rbm:Agents:0:AgentId"];

    /// <summary>Reports one event.</summary>
    /// <param name="data">The event as JSON.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HttpRequestException">The receiver refused it.</exception>
    public async Task NotifyAsync(string data, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(data);
        var body = JsonSerializer.Serialize(new { message = new { data = Convert.ToBase64String(bytes), messageId = Convert.ToHexString(SHA256.HashData(bytes)) }, subscription = "sandbox" });
        var start = time.GetTimestamp();
        for (var pause = FirstPause; ; pause *= 2)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Goog-Signature", Convert.ToBase64String(HMACSHA512.HashData(_token, bytes)));
            using var response = await http.SendAsync(request, cancellation);
            // The platform repeats it too, for a week.
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || time.GetElapsedTime(start) > options.ReceiverLimit)
            {
                response.EnsureSuccessStatusCode();
                return;
            }

            await Task.Delay(pause, time, cancellation);
        }
    }
}
