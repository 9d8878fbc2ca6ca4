using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>A key given by configuration, <c>ApiKeys:Bootstrap:{n}</c>: the first keys of a deployment, made elsewhere.</summary>
/// <param name="Info">The key as it is stored.</param>
/// <param name="SecretHash">SHA-256 of its secret.</param>
internal sealed record BootstrapKey(ApiKeyInfo Info, byte[] SecretHash)
{
    private const string Section = "ApiKeys";

    private static readonly string[] Settings = ["Id", "Name", "Sha256", "Scopes", "ExpireTime"];

    /// <summary>Reads all configured keys.</summary>
    /// <exception cref="OptionsValidationException">Something is missing, unknown or out of range: the start is refused.</exception>
    public static IReadOnlyList<BootstrapKey> ReadAll(IConfiguration configuration, ServiceArea area, DateTimeOffset now)
    {
        var section = configuration.GetSection(Section);
        if (section.GetChildren().FirstOrDefault(child => !Is(child, "Bootstrap")) is { } unknown)
            throw Refused($"{unknown.Path} is not known; known below {Section} is Bootstrap.");
        var keys = section.GetSection("Bootstrap").GetChildren().Select(child => Read(child, area, now)).ToList();
        return keys.GroupBy(key => key.Info.Id).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw Refused($"{Section}:Bootstrap has the id '{twice.Key}' twice.")
            : keys;
    }

    private static BootstrapKey Read(IConfigurationSection section, ServiceArea area, DateTimeOffset now)
    {
        if (section.GetChildren().FirstOrDefault(child => !Settings.Any(setting => Is(child, setting))) is { } unknown)
            throw Refused($"{unknown.Path} is not known; known below {section.Path} are {string.Join(", ", Settings)}.");
        var id = section["Id"] ?? "";
        if (!ApiKey.IsId(id))
            throw Refused(section, "Id", "12 characters of 0-9, a-h, j, k, m, n, p-t and v-z");
        var name = section["Name"] ?? "bootstrap";
        if (name.Length is 0 or > ApiKeyDesk.MaxNameLength)
            throw Refused(section, "Name", $"1 to {ApiKeyDesk.MaxNameLength} characters");
        var scopes = section.GetSection("Scopes").GetChildren().Select(child => child.Value ?? "").ToArray();
        if (area.FaultOf(scopes) is { } fault)
            throw Refused($"{section.Path}:Scopes: {fault}.");
        var expireTime = ExpireTimeOf(section);
        if (expireTime > now + ApiKeyDesk.MaxLifetime)
            throw Refused(section, "ExpireTime", $"a time at most {ApiKeyDesk.MaxLifetime.Days} days ahead");
        var info = new ApiKeyInfo { Id = id, Name = name, Scopes = scopes, CreateTime = now, ExpireTime = expireTime };
        return new BootstrapKey(info, HashOf(section));
    }

    private static byte[] HashOf(IConfigurationSection section)
    {
        var hash = new byte[32];
        return section["Sha256"] is { Length: 64 } text && Convert.FromHexString(text, hash, out _, out _) is System.Buffers.OperationStatus.Done
            ? hash
            // The text is not repeated: it might be the key itself.
            : throw Refused($"{section.Path}:Sha256 has to be SHA-256 of the key's 32 secret bytes as 64 hexadecimal digits.");
    }

    private static DateTimeOffset ExpireTimeOf(IConfigurationSection section) =>
        DateTimeOffset.TryParse(section["ExpireTime"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Refused(section, "ExpireTime", "a time such as 2027-03-01T00:00:00Z");

    private static bool Is(IConfigurationSection child, string name) => child.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static OptionsValidationException Refused(IConfigurationSection section, string key, string range) =>
        Refused($"{section.Path}:{key} is '{section[key]}'; it has to be {range}.");

    private static OptionsValidationException Refused(string message) => new(Section, typeof(BootstrapKey), [message]);
}
