using System.Collections.Concurrent;
using ContactCenter.Crm.V1;
using Npgsql;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>A stored connector with its texts parsed.</summary>
/// <param name="Stored">As it is stored.</param>
/// <param name="Template">Renders its requests.</param>
public sealed record LoadedConnector(StoredConnector Stored, ConnectorTemplate Template)
{
    /// <summary>What is configured.</summary>
    public Connector Definition => Stored.Definition;

    /// <summary>How sessions become accounts and records.</summary>
    public Flows Flows => Definition.Flows ?? new();
}

/// <summary>Loads connectors for use. What was parsed is kept until the connector is saved anew.</summary>
/// <param name="reader">Parses connectors.</param>
public sealed class ConnectorLoader(ConnectorReader reader)
{
    private readonly ConcurrentDictionary<string, (string Etag, ConnectorTemplate Template)> _parsed = new(StringComparer.Ordinal);

    /// <summary>Loads the connector in use, if it calls the CRM's endpoints (CRM-3).</summary>
    /// <param name="connection">Open.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<LoadedConnector?> FindActiveAsync(NpgsqlConnection connection) => OfActive(await ConnectorStore.FindActiveAsync(connection));

    /// <summary>The connector in use, if it calls the CRM's endpoints (CRM-3).</summary>
    /// <param name="active">As stored; null for none.</param>
    /// <returns>Null if there is none.</returns>
    public LoadedConnector? OfActive(StoredConnector? active) => active is { Definition.InteractionMethod: InteractionMethod.GenericApi } ? Of(active) : null;

    /// <summary>A stored connector with its texts parsed.</summary>
    /// <param name="stored">As stored.</param>
    public LoadedConnector Of(StoredConnector stored)
    {
        if (_parsed.TryGetValue(stored.ConnectorId, out var known) && known.Etag == stored.Etag)
            return new(stored, known.Template);
        var findings = new ConnectorFindings();
        var template = reader.Read(stored.ToMessage(), findings);
        if (findings.Problems.Count > 0)
            throw new InvalidOperationException($"Connector {stored.ConnectorId} cannot be used: {findings.Problems[0].Field} {findings.Problems[0].Message}.");
        _parsed[stored.ConnectorId] = (stored.Etag, template);
        return new(stored, template);
    }
}
