namespace ContactCenter.Testing;

/// <summary>The API key of tests, as a service is told of it and as a caller sends it.</summary>
public static class TestKey
{
    /// <summary>The key's id.</summary>
    public const string Id = "7m3k9q2x5c8v";

    /// <summary>The key itself: the secret bytes are 00…1f.</summary>
    public const string Text = "cck_7m3k9q2x5c8v_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfg_d2c5368e";

    private const string Sha256 = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd";

    /// <summary>Command-line settings that let the key in; a service started without them refuses it.</summary>
    /// <param name="scopes">Full names, such as <c>crm.read</c>.</param>
    public static string[] Settings(params string[] scopes) => Settings(TimeProvider.System, scopes);

    /// <summary>As above, for a service that lives in a time of its own.</summary>
    /// <param name="clock">The service's time; the key expires a year later.</param>
    /// <param name="scopes">Full names, such as <c>crm.read</c>.</param>
    public static string[] Settings(TimeProvider clock, params string[] scopes) =>
    [
        $"--ApiKeys:Bootstrap:0:Id={Id}",
        $"--ApiKeys:Bootstrap:0:Sha256={Sha256}",
        $"--ApiKeys:Bootstrap:0:ExpireTime={clock.GetUtcNow().AddDays(365):O}",
        .. scopes.Select((scope, i) => $"--ApiKeys:Bootstrap:0:Scopes:{i}={scope}"),
    ];

    /// <summary>Command-line settings without which Egress refuses to start: the key bytes are 00…1f.</summary>
    public static IReadOnlyList<string> SecretSettings { get; } =
        ["--Secrets:Keys:k1=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "--Secrets:ActiveKey=k1"];

    /// <summary>Sends the key with every request: <c>new GrpcChannelOptions { HttpHandler = TestKey.Handler() }</c>.</summary>
    /// <param name="key">Another key than <see cref="Text"/>.</param>
    public static HttpMessageHandler Handler(string key = Text) => new KeyHandler(key);

    private sealed class KeyHandler(string key) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("x-api-key", key);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
