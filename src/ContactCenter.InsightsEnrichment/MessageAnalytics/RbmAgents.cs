using System.Security.Cryptography;
using System.Text;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Hipaa;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>The configured agents, whose tokens tell genuine notifications, and what may be kept and told of users (MSG-1, MSG-4, MSG-44).</summary>
public sealed class RbmAgents : IHealthCheck
{
    private const int DigitsShown = 2;

    private readonly Dictionary<string, byte[][]> _tokens;
    private readonly byte[][] _partnerTokens;
    private readonly CustomerIds _ids;
    private readonly PhoneStorage _storage;

    /// <summary>Takes the agents from the settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="hipaa">Whether phone numbers and texts are health information.</param>
    /// <param name="ids">Hashes phone numbers.</param>
    public RbmAgents(IOptions<RbmOptions> options, IOptions<HipaaOptions> hipaa, CustomerIds ids)
    {
        _tokens = options.Value.Agents.ToDictionary(agent => agent.AgentId, agent => Read(agent.ClientTokens), StringComparer.Ordinal);
        _partnerTokens = Read(options.Value.PartnerClientTokens);
        _ids = ids;
        _storage = options.Value.PhoneStorage;
        IsHipaa = hipaa.Value.Enabled;
        PublishesContent = options.Value.PublishContent && !IsHipaa;
        Names = options.Value.Agents.ToDictionary(agent => agent.AgentId, agent => agent.DisplayName is { Length: > 0 } name ? name : agent.AgentId, StringComparer.Ordinal);
    }

    /// <summary>Display names of the configured agents by their ids.</summary>
    public IReadOnlyDictionary<string, string> Names { get; }

    /// <summary>Whether bodies are kept without texts and files (MSG-46).</summary>
    public bool IsHipaa { get; }

    /// <summary>Whether phone numbers and texts are published.</summary>
    public bool PublishesContent { get; }

    /// <summary>Whether stored phone numbers tell users apart, so that what one user got and sent can be joined.</summary>
    public bool TellsUsersApart => IsHipaa || _storage != PhoneStorage.Masked;

    /// <summary>Whether there is any token to check signatures with.</summary>
    public bool HasTokens => _partnerTokens.Length > 0 || _tokens.Values.Any(tokens => tokens.Length > 0);

    /// <summary>Whether messages of an agent are taken: it is configured, or any is with a partner token (MSG-13).</summary>
    /// <param name="agentId">The agent.</param>
    public bool Takes(string agentId) => _partnerTokens.Length > 0 || _tokens.ContainsKey(agentId);

    /// <summary>Whether a text is a configured token, compared in constant time (MSG-2).</summary>
    /// <param name="clientToken">What the handshake names.</param>
    /// <param name="pathAgent">The agent whose webhook was called; null for the partner webhook.</param>
    public bool IsToken(string clientToken, string? pathAgent)
    {
        var given = Encoding.UTF8.GetBytes(clientToken);
        return TokensOf(pathAgent).Aggregate(false, (found, token) => CryptographicOperations.FixedTimeEquals(token, given) | found);
    }

    /// <summary>Whether data was signed with a token of the webhook, compared in constant time (MSG-4).</summary>
    /// <param name="signature">Header <c>X-Goog-Signature</c>: Base64 of HMAC-SHA512.</param>
    /// <param name="data">The decoded data as received.</param>
    /// <param name="pathAgent">The agent whose webhook was called; null for the partner webhook.</param>
    public bool IsGenuine(string signature, ReadOnlySpan<byte> data, string? pathAgent)
    {
        Span<byte> given = stackalloc byte[HMACSHA512.HashSizeInBytes + 1];
        if (!Convert.TryFromBase64String(signature, given, out var length) || length != HMACSHA512.HashSizeInBytes)
            return false;
        Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var genuine = false;
        foreach (var token in TokensOf(pathAgent))
        {
            HMACSHA512.HashData(token, data, expected);
            genuine |= CryptographicOperations.FixedTimeEquals(expected, given[..length]);
        }

        return genuine;
    }

    /// <summary>A phone number as it is stored.</summary>
    /// <param name="phone">As received.</param>
    public string Stored(string phone) => IsHipaa || _storage == PhoneStorage.Hashed
        ? _ids.HashOf(phone)
        : _storage == PhoneStorage.Plain ? phone : $"***{phone[^Math.Min(DigitsShown, phone.Length)..]}";

    /// <summary>A phone number as it is published.</summary>
    /// <param name="phone">As received.</param>
    public string Published(string phone) => PublishesContent ? phone : _ids.HashOf(phone);

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = _partnerTokens.Length > 0 ? null : _tokens.FirstOrDefault(agent => agent.Value.Length == 0).Key;
        return Task.FromResult(missing is null
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"Rbm:Agents has no client token for '{missing}', and there is no partner token: its notifications are refused."));
    }

    // The agents' own webhooks have tokens of their own; on the partner webhook each of them may sign too, as an agent without
    // one of its own uses the partner's.
    private IEnumerable<byte[]> TokensOf(string? pathAgent) =>
        pathAgent is null ? _partnerTokens.Concat(_tokens.Values.SelectMany(tokens => tokens)) : _tokens.GetValueOrDefault(pathAgent, []);

    private static byte[][] Read(IEnumerable<string> tokens) => [.. tokens.Where(token => token.Length > 0).Select(Encoding.UTF8.GetBytes)];
}
