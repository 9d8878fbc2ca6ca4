using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace ContactCenter.Egress.Tests.OAuth;

/// <summary>A provider that rotates refresh tokens and accepts each once, with an API that knows its access tokens.</summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _refreshTokens = new();
    private readonly ConcurrentDictionary<string, bool> _accessTokens = new();
    private readonly RawServer _server;
    private int _issued;
    private int _apiCalls;

    public TokenServer()
    {
        _refreshTokens["refresh-token-0"] = true;
        _server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            while (await server.ReadRequestAsync(stream, cancellationToken) is { } request)
                await stream.WriteAsync(Encoding.UTF8.GetBytes(await AnswerAsync(request)), cancellationToken);
        });
    }

    public string Origin => _server.Origin;

    public string AllowEntry => _server.AllowEntry;

    public string TokenUrl => Origin + "/token";

    public string ApiUrl => Origin + "/api";

    /// <summary>Forms posted to the token endpoint.</summary>
    public ConcurrentQueue<Dictionary<string, string>> TokenRequests { get; } = new();

    public int ApiCalls => Volatile.Read(ref _apiCalls);

    /// <summary>Seconds in <c>expires_in</c>; null leaves the field out.</summary>
    public int? ExpiresIn { get; set; } = 3_600;

    /// <summary>An answer in place of the next one, as status line and JSON.</summary>
    public Queue<(string Status, string Json)> Instead { get; } = new();

    /// <summary>Awaited after a refresh was accepted and before it is answered.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    public void RevokeAccessTokens() => _accessTokens.Clear();

    public void ForgetCalls()
    {
        TokenRequests.Clear();
        Volatile.Write(ref _apiCalls, 0);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string> AnswerAsync(string request)
    {
        if (request.StartsWith("GET /api", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _apiCalls);
            var token = request.Split("Authorization: Bearer ") is [_, var rest] ? rest.Split('\r')[0] : "";
            return _accessTokens.ContainsKey(token) ? Http("200 OK", "{}") : Http("401 Unauthorized", "{}");
        }

        var form = request.Split("\r\n\r\n", 2)[1].Split('&').Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair[1]));
        TokenRequests.Enqueue(form);
        if (Instead.TryDequeue(out var other))
            return Http(other.Status, other.Json);
        if (form["grant_type"] == "refresh_token" && !_refreshTokens.TryRemove(form["refresh_token"], out _))
            return Http("400 Bad Request", """{"error":"invalid_grant"}""");

        await BeforeAnswer();
        var number = Interlocked.Increment(ref _issued).ToString(CultureInfo.InvariantCulture);
        _accessTokens["access-token-" + number] = true;
        _refreshTokens["refresh-token-" + number] = true;
        var life = ExpiresIn is { } seconds ? $",\"expires_in\":{seconds}" : "";
        return Http("200 OK", $$"""{"access_token":"access-token-{{number}}","refresh_token":"refresh-token-{{number}}","token_type":"Bearer"{{life}}}""");
    }

    private static string Http(string status, string json) =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}";
}
