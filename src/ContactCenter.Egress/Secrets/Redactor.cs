using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ContactCenter.Egress.Secrets;

/// <summary>Masks what must not appear in logs, traces, errors and stored answers (SEC-4).</summary>
public sealed partial class Redactor
{
    /// <summary>What stands in place of a masked value.</summary>
    public const string Mask = "[redacted]";

    private static readonly string[] AlwaysMasked =
    [
        "authorization", "cookie", "set-cookie", "x-api-key", "password", "passwd", "secret", "client_secret", "token",
        "access_token", "refresh_token", "id_token", "assertion", "api_key", "signature",
    ];

    private readonly HashSet<string> _names;
    private readonly SecretRegistry _registry;
    private readonly Regex _pairs;

    /// <summary>Creates a redactor.</summary>
    /// <param name="furtherNames">Configured names beside the fixed ones.</param>
    /// <param name="registry">The secret values this process holds.</param>
    public Redactor(IEnumerable<string> furtherNames, SecretRegistry registry)
    {
        _names = new HashSet<string>(AlwaysMasked.Concat(furtherNames), StringComparer.OrdinalIgnoreCase);
        _registry = registry;
        var names = string.Join('|', _names.Order(StringComparer.Ordinal).Select(Regex.Escape));
        _pairs = new Regex(
            $"""(?<lead>(?<![\w-])"?(?:{names})"?\s*[:=]\s*)(?:"(?:\\.|[^"\\])*"?|[^\s"&,;]+)""",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <summary>Whether values under a header, field or parameter name are masked; case does not matter.</summary>
    /// <param name="name">The name.</param>
    /// <param name="inOAuth">True for OAuth requests and callbacks, where <c>code</c> is a secret as well.</param>
    /// <returns>True when the value is masked.</returns>
    public bool IsMasked(string name, bool inOAuth = false) =>
        _names.Contains(name) || (inOAuth && name.Equals("code", StringComparison.OrdinalIgnoreCase));

    /// <summary>The value as it may be logged.</summary>
    /// <param name="name">Its header, field or parameter name.</param>
    /// <param name="value">The value.</param>
    /// <returns><see cref="Mask"/>, or the value without registered secrets.</returns>
    public string Value(string name, string value) => IsMasked(name) ? Mask : _registry.Mask(value);

    /// <summary>A URL as it may be logged: of the query only the parameter names, no user information, no fragment.</summary>
    /// <param name="url">The URL.</param>
    /// <returns>The text.</returns>
    public string Url(Uri url)
    {
        if (!url.IsAbsoluteUri)
            return Text(url.OriginalString.Split('?', '#')[0]);
        var names = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(parameter => parameter.Split('=')[0]);
        var query = string.Join('&', names);
        return _registry.Mask($"{url.Scheme}://{url.Authority}{url.AbsolutePath}{(query.Length > 0 ? "?" + query : "")}");
    }

    /// <summary>A JSON document as it may be stored or shown: fields with masked names lose their value at every depth.</summary>
    /// <param name="json">The document; a text that is no JSON is treated as <see cref="Text"/> does.</param>
    /// <returns>The masked text.</returns>
    public string Json(string json)
    {
        try
        {
            var root = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 64 });
            return _registry.Mask(MaskFields(root)?.ToJsonString() ?? "null");
        }
        catch (JsonException)
        {
            return Text(json);
        }
    }

    /// <summary>
    /// Any text: registered values, bearer tokens and <c>name=value</c> or <c>name: value</c> pairs with masked names lose their
    /// value; so does every parameter of a URL's query.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The masked text.</returns>
    public string Text(string text)
    {
        text = _registry.Mask(text);
        if (text.AsSpan().IndexOfAny(":= ") < 0)
            return text;
        text = HeaderLines().Replace(text, "$1" + Mask);
        text = Credentials().Replace(text, "$1 " + Mask);
        text = QueryValues().Replace(text, "$1");
        return _pairs.Replace(text, "${lead}" + Mask);
    }

    private JsonNode? MaskFields(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                    fields[name] = IsMasked(name) ? Mask : MaskFields(value?.DeepClone());
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                    items[i] = MaskFields(items[i]?.DeepClone());
                break;
        }

        return node;
    }

    // These values go on to the end of the line: a scheme and its parameters, several cookies.
    [GeneratedRegex(@"(?<![\w-])((?:authorization|cookie|set-cookie)\s*[:=]\s*)[^\r\n""]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HeaderLines();

    // Of a query the names of its parameters stay.
    [GeneratedRegex(@"([?&][^\s=&?""'<>]{1,100})=[^\s&""'<>]*", RegexOptions.CultureInvariant)]
    private static partial Regex QueryValues();

    [GeneratedRegex(@"\b(Bearer|Basic)\s+[A-Za-z0-9\-._~+/]{6,}=*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();
}
