using System.Globalization;
using ContactCenter.Crm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>A connector as it is stored.</summary>
public sealed record StoredConnector
{
    /// <summary>Identity.</summary>
    public required string ConnectorId { get; init; }

    /// <summary>Whether it is the one in use.</summary>
    public bool Active { get; init; }

    /// <summary>Number of the present revision, from 1.</summary>
    public required long Revision { get; init; }

    /// <summary>What is configured; see <see cref="ConnectorSecrets.Without"/>.</summary>
    public required Connector Definition { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When the present revision was saved.</summary>
    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>Names the present revision; another connector that later has the same id has another one.</summary>
    public string Etag => string.Create(CultureInfo.InvariantCulture, $"{Revision}-{CreateTime.UtcTicks:x}");

    /// <summary>The connector as callers see it.</summary>
    public Connector ToMessage()
    {
        var message = Definition.Clone();
        message.ConnectorId = ConnectorId;
        message.State = Active ? ConnectorState.Active : ConnectorState.Draft;
        message.Etag = Etag;
        message.Revision = Revision;
        message.CreateTime = CreateTime.ToTimestamp();
        message.UpdateTime = UpdateTime.ToTimestamp();
        return message;
    }
}
