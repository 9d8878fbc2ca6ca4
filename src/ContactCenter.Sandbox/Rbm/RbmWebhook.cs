using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ContactCenter.Sandbox.Rbm;

/// <summary>Reports what happens on RCS for Business, signed as the platform does.</summary>
/// <param name="http">A client for the receiver's address.</param>
/// <param name="patience">Repeats what met a receiver that is away or busy, as the platform does for a week.</param>
/// <param name="configuration">Names the agent and its client token, as the receiver's settings do.</param>
public sealed class RbmWebhook(HttpClient http, Patience patience, IConfiguration configuration)
{
    private const string Path = "/ingest/rbm";

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
        await patience.RepeatAsync(
            async ct =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
                request.Headers.Add("X-Goog-Signature", Convert.ToBase64String(HMACSHA512.HashData(_token, bytes)));
                using var response = await http.SendAsync(request, ct);
                response.EnsureSuccessStatusCode();
            },
            cancellation);
    }
}
