namespace ContactCenter.Egress.Guard;

/// <summary>An absolute http or https URL with its host in normal form and no fragment (EGR-6).</summary>
public sealed record EgressUrl
{
    /// <summary>The longest URL in characters unless a destination allows more.</summary>
    public const int DefaultMaxLength = 2_048;

    private EgressUrl(Uri uri, HostName host)
    {
        Uri = uri;
        Host = host;
    }

    /// <summary>The URL to send to; path and query are as they were given.</summary>
    public Uri Uri { get; }

    /// <summary>The normalised host.</summary>
    public HostName Host { get; }

    /// <summary>The port, 443 or 80 when none was written.</summary>
    public int Port => Uri.Port;

    /// <summary>Which rules of the guard apply to the scheme.</summary>
    public EgressProtocol Protocol => Uri.Scheme == Uri.UriSchemeHttps ? EgressProtocol.Https : EgressProtocol.Http;

    /// <summary>Scheme, host and port, such as <c>https://api.example:443</c>.</summary>
    public string Origin => $"{Uri.Scheme}://{Host.UrlText}:{Port}";

    /// <summary>Reads a URL and normalises its host.</summary>
    /// <param name="text">The URL as written.</param>
    /// <param name="maxLength">The longest accepted length in characters, 1 to 8,192.</param>
    /// <returns>The URL.</returns>
    /// <exception cref="EgressException">The URL is refused; the failure names the rule.</exception>
    public static EgressUrl Parse(string text, int maxLength = DefaultMaxLength)
    {
        if (text.Length > maxLength)
            throw EgressException.Denied("url-length", $"The URL is longer than {maxLength} characters.");
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '\\'))
            throw EgressException.Denied("url-characters", "The URL contains a control character, a blank or a backslash.");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            throw EgressException.Denied("url-scheme", "Only absolute https URLs are accepted.");
        }

        if (uri.UserInfo.Length > 0 || text.AsSpan(0, AuthorityEnd(text)).Contains('@'))
            throw EgressException.Denied("url-user-info", "The URL contains user information.");

        var host = HostName.Parse(uri.Host)
            ?? throw EgressException.Denied("url-host", "The host of the URL is not valid.");
        return new EgressUrl(Normal(uri, host), host);
    }

    /// <inheritdoc />
    public override string ToString() => Uri.AbsoluteUri;

    private static Uri Normal(Uri uri, HostName host)
    {
        if (uri.Fragment.Length == 0 && uri.Host == host.UrlText)
            return uri;
        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        return new Uri($"{uri.Scheme}://{host.UrlText}{port}{uri.PathAndQuery}", UriKind.Absolute);
    }

    private static int AuthorityEnd(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.AsSpan(start).IndexOfAny('/', '?', '#');
        return end < 0 ? text.Length : start + end;
    }
}
