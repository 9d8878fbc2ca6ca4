using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.Durable;
using ContactCenter.Durable.Retries;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>What follows a failed call (CRM-94 to CRM-97). Operators may change these policies and add others.</summary>
/// <param name="policies">Where they are.</param>
public sealed class CrmPolicies(PolicyDesk policies)
{
    private const string Transient = "connect, dns, timeout, reset, 408, 425, 429, 500, 502, 503, 504";

    /// <summary>The default: an answer 400 is retried for a week, nothing else (CRM-94, CRM-95).</summary>
    public static RetryPolicy Retry400Week { get; } =
        new("retry-400-week", null, TimeSpan.FromDays(7), TimeSpan.FromMinutes(1), 2, TimeSpan.FromHours(24), 0.1, [new("400", RetryAction.Retry)]);

    /// <summary>Those that every deployment has (CRM-97).</summary>
    public static IReadOnlyList<RetryPolicy> Own { get; } =
    [
        Retry400Week,
        Retry400Week with { Name = "none", MaxAttempts = 1, Rules = [new("*", RetryAction.Final)] },
        new("standard", null, TimeSpan.FromHours(28), TimeSpan.FromSeconds(5), 2, TimeSpan.FromHours(1), 0.1, [new(Transient, RetryAction.Retry)]),
        Retry400Week with { Name = "retry-400-plus", Rules = [new($"400, {Transient}", RetryAction.Retry)] },
    ];

    /// <summary>The policy of an endpoint: its own, else the connector's, else the default (CRM-96).</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="kind">The endpoint.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<RetryPolicy> OfAsync(Connector connector, EndpointKind kind, CancellationToken cancellationToken)
    {
        var own = ConnectorReader.EndpointsOf(connector).FirstOrDefault(endpoint => endpoint.Kind == kind).Endpoint?.RetryPolicy;
        var name = new[] { own, connector.RetryPolicy }.FirstOrDefault(name => !string.IsNullOrEmpty(name)) ?? Retry400Week.Name;
        return (await policies.FindAsync(name, cancellationToken))?.Policy ?? Retry400Week;
    }

    /// <summary>Names of all policies.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyCollection<string>> NamesAsync(CancellationToken cancellationToken) =>
        [.. (await policies.ListAsync(cancellationToken)).Select(policy => policy.Policy.Name)];
}
