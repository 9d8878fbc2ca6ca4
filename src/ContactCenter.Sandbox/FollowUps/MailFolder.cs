using System.Text;
using System.Text.RegularExpressions;
using System.Web;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>A mail as its reader sees it.</summary>
/// <param name="Id">Its <c>Message-ID</c>.</param>
/// <param name="To">The recipient's address.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Text">Its text without links for answers.</param>
/// <param name="Links">Links for answers by their titles.</param>
public sealed record Mail(string Id, string To, string Subject, string Text, IReadOnlyDictionary<string, Uri> Links);

/// <summary>The mail server of a development machine as its keeper sees it: where it is, and the mails in its folder.</summary>
/// <param name="configuration">The connection string <c>mail</c>; without it there is no such server.</param>
public sealed partial class MailFolder(IConfiguration configuration)
{
    private readonly Uri? _server = configuration.GetConnectionString("mail") is { Length: > 0 } text ? new(text) : null;
    private readonly Dictionary<string, Mail> _read = new(StringComparer.Ordinal);

    /// <summary>Whether there is such a server.</summary>
    public bool IsThere => _server is not null;

    /// <summary>Its address.</summary>
    public string Host => _server!.Host;

    /// <summary>Its port.</summary>
    public int Port => _server!.Port;

    /// <summary>Its certificate in PEM text.</summary>
    /// <param name="cancellation">Ends the reading.</param>
    public Task<string> CertificateAsync(CancellationToken cancellation) => File.ReadAllTextAsync(Setting("certificate"), cancellation);

    /// <summary>All mails; one that came again, as its sender did not learn that it had arrived, has the same id and is shown once.</summary>
    public IReadOnlyCollection<Mail> Read()
    {
        var folder = new DirectoryInfo(Path.Combine(Setting("folder"), "new"));
        foreach (var file in folder.Exists ? folder.GetFiles() : [])
        {
            if (!_read.ContainsKey(file.Name))
                _read[file.Name] = Parse(File.ReadAllText(file.FullName));
        }

        return [.. _read.Values.DistinctBy(mail => mail.Id)];
    }

    private string Setting(string name) => HttpUtility.ParseQueryString(_server!.Query)[name]!;

    private static Mail Parse(string content)
    {
        content = content.ReplaceLineEndings("\n");
        var plain = PlainPart().Match(content).Groups["body"].Value;
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(plain.ReplaceLineEndings("")));
        var links = Link().Matches(text).ToDictionary(match => match.Groups["title"].Value, match => new Uri(match.Groups["url"].Value), StringComparer.Ordinal);
        return new(Header("Message-ID"), Header("To").Trim('<', '>'), Header("Subject"), Link().Replace(text, "").TrimEnd('\n'), links);

        // The headers end with an empty line; a long one goes on in the next.
        string Header(string name) => Regex.Match(content[..content.IndexOf("\n\n", StringComparison.Ordinal)], $"^{name}: *((?:.|\n[ \t])*)", RegexOptions.Multiline)
            .Groups[1].Value.Replace("\n", "", StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex("Content-Type: text/plain.*?\n\n(?<body>[A-Za-z0-9+/=\n]+)\n\n?--", RegexOptions.Singleline)]
    private static partial Regex PlainPart();

    [GeneratedRegex("^(?<title>[^\n:]+): (?<url>\\S+/answers/\\S+)$", RegexOptions.Multiline)]
    private static partial Regex Link();
}
