using System.Globalization;
using ContactCenter.Egress.Guard;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>Where an SFTP server is, as an administrator enters it (STO-17).</summary>
/// <param name="Host">The host.</param>
/// <param name="Port">The port, 1 to 65535.</param>
/// <param name="FolderPath">The folder path, unchecked; empty for none.</param>
public sealed record SftpAddress(HostName Host, int Port, string FolderPath)
{
    /// <summary>The port of servers that name none.</summary>
    public const int DefaultPort = 22;

    private const string Scheme = "sftp://";

    /// <summary>Reads the fields of the host, which may be an address <c>sftp://host[:port][/path]</c>: its port and path count where their own fields are empty.</summary>
    /// <param name="host">A name, IPv4, IPv6 with or without brackets, or such an address.</param>
    /// <param name="port">The port; 0 for none.</param>
    /// <param name="folderPath">The folder path; empty for none.</param>
    /// <param name="problem">Which field is wrong and why; null if none is.</param>
    /// <returns>Null if one is.</returns>
    public static SftpAddress? Parse(string host, int port, string folderPath, out (string Field, string Message)? problem)
    {
        problem = null;
        var (name, givenPort, givenPath) = Split(host.Trim(' '));
        if (HostName.Parse(name) is not { } parsed)
            problem = ("host", "must be a name, an IP address or sftp://host[:port][/path]");
        else if (port is < 0 or > ushort.MaxValue || givenPort is < 1 or > ushort.MaxValue)
            problem = ("port", "must be 1 to 65535");
        else if (port != 0 && givenPort is not null && givenPort != port)
            problem = ("port", "contradicts the port in the host's address");
        else if (folderPath.Length > 0 && givenPath.Length > 0 && givenPath != folderPath)
            problem = ("folder_path", "contradicts the path in the host's address");
        else
            return new(parsed, port != 0 ? port : givenPort ?? DefaultPort, folderPath.Length > 0 ? folderPath : givenPath);
        return null;
    }

    /// <summary>Whether a user may be given to ssh: 1 to 128 characters, none of them a control character, and none at its begin that could make it an option.</summary>
    /// <param name="user">The user.</param>
    public static bool IsUser(string user) => user.Length is >= 1 and <= 128 && user[0] != '-' && !user.Any(char.IsControl);

    /// <summary>Takes an address apart; what is not one is a host.</summary>
    private static (string Host, int? Port, string Path) Split(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return (text, null, "");
        var rest = text[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);
        var colon = authority.LastIndexOf(':');
        // The last colon of [::1] is within the brackets.
        if (colon < 0 || authority.EndsWith(']'))
            return (authority, null, path);
        return (authority[..colon], int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0, path);
    }
}
