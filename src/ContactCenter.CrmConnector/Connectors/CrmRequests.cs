using System.Collections.Concurrent;
using System.Text;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Egress.Http;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Makes calls of a CRM out of rendered requests.</summary>
/// <param name="store">Where the secrets are.</param>
public sealed class CrmRequests(ConnectorStore store)
{
    private readonly ConcurrentDictionary<string, (string Etag, IReadOnlyDictionary<string, string> Secrets)> _secrets = new(StringComparer.Ordinal);

    /// <summary>Most calls of a CRM under way at a time (CRM-139).</summary>
    public const int Concurrency = 8;

    // The largest file, and the text around it.
    private const long LargestRequest = UploadTemplate.LargestMultipart + RequestTemplate.LargestBody;

    private const int DefaultTimeoutSeconds = 5;
    private const string DefaultTokenPrefix = "Bearer";

    /// <summary>The header fields that tell a CRM who calls (CRM-13, CRM-14); a token is added where the call is made.</summary>
    /// <param name="authentication">As configured.</param>
    /// <param name="secret">Finds a secret by its name.</param>
    public static IEnumerable<KeyValuePair<string, string>> HeadersOf(Authentication authentication, Func<string, string> secret) => authentication switch
    {
        { Basic: { } basic } =>
            [new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.Username}:{secret(ConnectorSecrets.Password)}")))],
        { CustomHeaders: { } headers } => headers.Headers.Select(header => KeyValuePair.Create(header.Key, secret(ConnectorSecrets.HeaderName(header.Key)))),
        _ => [],
    };

    /// <summary>Whether requests of an endpoint carry an Idempotency-Key (CRM-43).</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="endpoint">The endpoint.</param>
    public static bool HasIdempotencyKey(Connector connector, RequestTemplate endpoint) =>
        endpoint.Method != RequestMethod.Get && connector is not { HasSendIdempotencyKey: true, SendIdempotencyKey: false };

    /// <summary>The call of a rendered request: bounded by the connector's timeout from the look-up of the host to the last byte (CRM-32).</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="text">Its request with values, which is sent.</param>
    /// <param name="operationId">The same on every attempt.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<EgressRequest> OfAsync(StoredConnector connector, RequestTemplate endpoint, RequestText text, string operationId, CancellationToken cancellationToken)
    {
        var definition = connector.Definition;
        var secrets = await SecretsAsync(connector, cancellationToken);
        var destination = Destination.For($"connectors/{connector.ConnectorId}", text.Url) with
        {
            Timeouts = new() { Whole = TimeSpan.FromSeconds(definition.HasApiTimeoutSeconds ? definition.ApiTimeoutSeconds : DefaultTimeoutSeconds) },
            MaxUrlLength = RequestTemplate.LongestUrl,
            MaxRequestBytes = LargestRequest,
            MaxResponseBytes = AnswerReader.LargestAnswer,
            MaxConcurrent = Concurrency,
        };
        return new(destination, new HttpMethod(endpoint.Method.ToString().ToUpperInvariant()), text.Url)
        {
            Headers = [.. HeadersOf(definition.Authentication, name => secrets[name]), new("Accept", JsonText.MediaType)],
            ContentType = text.Body.Length > 0 ? text.ContentType : null,
            Whole = endpoint.Upload != UploadType.Unspecified && definition.Upload is { HasTimeoutSeconds: true } upload ? TimeSpan.FromSeconds(upload.TimeoutSeconds) : null,
            Body = Encoding.UTF8.GetBytes(text.Body),
            GrantId = definition.Authentication.Oauth2 is null ? null : ConnectorGrants.IdOf(connector.ConnectorId),
            TokenPrefix = definition.Authentication.Oauth2 is { TokenPrefix: { Length: > 0 } prefix } ? prefix : DefaultTokenPrefix,
            IdempotencyKey = HasIdempotencyKey(definition, endpoint) ? operationId : null,
        };
    }

    // Secrets change with the revision alone.
    private async ValueTask<IReadOnlyDictionary<string, string>> SecretsAsync(StoredConnector connector, CancellationToken cancellationToken)
    {
        if (_secrets.TryGetValue(connector.ConnectorId, out var known) && known.Etag == connector.Etag)
            return known.Secrets;
        var secrets = await store.ReadSecretsAsync(connector.ConnectorId, cancellationToken);
        _secrets[connector.ConnectorId] = (connector.Etag, secrets);
        return secrets;
    }
}
