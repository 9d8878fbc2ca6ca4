using System.Globalization;
using System.Text.Json;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;

namespace ContactCenter.Egress.Destinations;

/// <summary>A row of <c>egress.destinations</c>.</summary>
internal sealed record StoredDestination
{
    public const string Columns =
        """
        id AS Id, name AS Name, origin AS Origin, defaults AS Defaults, settings AS Settings, client_key AS ClientKey,
        breaker_resets AS BreakerResets, version AS Version, updated_time AS UpdatedTime
        """;

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Origin { get; init; }

    public required string Defaults { get; init; }

    public string? Settings { get; init; }

    public string? ClientKey { get; init; }

    public required long BreakerResets { get; init; }

    public required long Version { get; init; }

    public required DateTime UpdatedTime { get; init; }

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>What holds, without the client key.</summary>
    public DestinationSettings Effective => JsonSerializer.Deserialize<DestinationSettings>(Settings ?? Defaults)!;

    public static SecretPlace Place(string id) => new("destinations", "client_key", id);

    public static string Json(DestinationSettings settings) => JsonSerializer.Serialize(settings.WithoutKey());

    /// <summary>As the limits know it, without the client key.</summary>
    public Destination Destination() =>
        Effective.ApplyTo(new Destination { Name = Name, Origin = Origin }) with { BreakerResets = BreakerResets };

    /// <summary>The operator's settings with the client key in plain text; null while the program's hold.</summary>
    public DestinationSettings? Opened(SecretKeyRing keys)
    {
        if (Settings is null)
            return null;
        var settings = Effective;
        return ClientKey is null || settings.Tls.ClientCertificate.Length == 0
            ? settings
            : settings with { Tls = settings.Tls with { ClientKey = keys.Decrypt(Place(Id), ClientKey) } };
    }
}
