using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>A URL with variables in its path, query and fragment (CRM-40).</summary>
public sealed class UrlTemplate
{
    /// <summary>Longest template, in characters.</summary>
    public const int LongestTemplate = 2_048;

    // RFC 3986: what may stand in a URL as it is. All else is percent-encoded.
    private const string Allowed = ":/?#[]@!$&'()*+,;=-._~%";

    private readonly Template _path;
    private readonly List<Template> _pairs;
    private readonly Template? _fragment;

    private UrlTemplate(Template path, List<Template> pairs, Template? fragment) => (_path, _pairs, _fragment) = (path, pairs, fragment);

    /// <summary>Every variable in it.</summary>
    public IEnumerable<Variable> Variables => [.. _path.Variables, .. _pairs.SelectMany(pair => pair.Variables), .. _fragment?.Variables ?? []];

    /// <summary>The variables before the query: without their values there is no URL.</summary>
    public IEnumerable<Variable> PathVariables => _path.Variables;

    /// <summary>Parses and checks a URL: absolute, https unless its host is allowed http, and literal up to the path.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="place">Where it stands; only one that a browser opens may have a fragment.</param>
    /// <param name="guard">Says which hosts may be called.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>Null if something is.</returns>
    public static UrlTemplate? Parse(string text, Places place, EgressGuard guard, List<ParseProblem> problems)
    {
        var known = problems.Count;
        if (text.Length > LongestTemplate)
            problems.Add(new(CrmErrors.UrlInvalid, LongestTemplate + 1, $"a URL has at most {LongestTemplate:N0} characters"));
        if (problems.Count > known || ExpressionParser.ParseText(text, place, problems) is not { } template || problems.Count > known)
            return null;
        if (VariableInOrigin(template) is { } early)
        {
            problems.Add(new(CrmErrors.UrlInvalid, early.Position, "scheme, host and port have to be literal text"));
            return null;
        }

        var isForBrowsers = place is Places.LookupUrl or Places.Attachment;
        var url = Split(template);
        try
        {
            var parsed = EgressUrl.Parse(template.Render(_ => "0"), int.MaxValue);
            // What a browser opens is not called from here, so that the guard's hosts and ports do not count; https does.
            if (!isForBrowsers)
                guard.CheckUrl(parsed);
            else if (parsed.Protocol != EgressProtocol.Https)
                problems.Add(new(CrmErrors.UrlInvalid, 1, "Only absolute https URLs are accepted."));
        }
        catch (EgressException exception)
        {
            problems.Add(new(CrmErrors.UrlInvalid, 1, exception.Failure.Detail));
        }

        if (url._fragment is not null && !isForBrowsers)
            problems.Add(new(CrmErrors.UrlInvalid, text.IndexOf('#', StringComparison.Ordinal) + 1, "a fragment is never sent"));
        return problems.Count > known ? null : url;
    }

    /// <summary>Puts values in the place of the variables, percent-encoded as UTF-8.</summary>
    /// <param name="values">What the variables stand for.</param>
    /// <param name="parameters">Further pairs of the query, encoded.</param>
    public RenderedUrl Render(Func<Variable, VariableValue> values, IEnumerable<string> parameters)
    {
        if (_path.Variables.Concat(_fragment?.Variables ?? []).FirstOrDefault(variable => values(variable).IsEmpty) is { } empty)
            return new("", CrmErrors.UrlVariableEmpty, empty.Name);
        var path = Encoded(_path);
        // Dots alone would lead to another path than the configured one.
        if (_path.Variables.FirstOrDefault() is { } first && path.Split('/').Any(segment => segment is "." or ".."))
            return new("", CrmErrors.UrlVariableUnsafe, first.Name);
        var pairs = _pairs.Where(pair => !pair.Variables.Any() || pair.Variables.Any(variable => !values(variable).IsEmpty)).Select(Encoded);
        var query = string.Join('&', pairs.Concat(parameters));
        return new(path + (query.Length > 0 ? "?" : "") + query + (_fragment is null ? "" : "#" + Encoded(_fragment)), null, "");

        string Encoded(Template template) =>
            string.Concat(template.Parts.Select(part => part.Variable is { } variable ? Uri.EscapeDataString(values(variable).Text) : Literal(part.Text)));
    }

    private static string Literal(string text)
    {
        if (text.All(character => char.IsAsciiLetterOrDigit(character) || Allowed.Contains(character)))
            return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
            encoded.Append(rune.IsAscii && Allowed.Contains((char)rune.Value) ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        return encoded.ToString();
    }

    private static TemplatePart? VariableInOrigin(Template template)
    {
        var first = template.Parts.Count > 0 ? template.Parts[0] : null;
        if (first is { Variable: not null })
            return first;
        var origin = first?.Text.IndexOf("://", StringComparison.Ordinal) ?? -1;
        return origin >= 0 && first!.Text.AsSpan(origin + 3).IndexOfAny('/', '?', '#') >= 0 ? null : template.Parts.FirstOrDefault(part => part.Variable is not null);
    }

    private static UrlTemplate Split(Template template)
    {
        var sections = new List<(char Begin, List<TemplatePart> Parts)> { ('/', []) };
        foreach (var part in template.Parts)
        {
            if (part.Variable is not null)
            {
                sections[^1].Parts.Add(part);
                continue;
            }

            var start = 0;
            for (var i = 0; i < part.Text.Length; i++)
            {
                if (!Begins(sections[^1].Begin, part.Text[i]))
                    continue;
                Add(part.Text[start..i], part.Position + start);
                sections.Add((part.Text[i], []));
                start = i + 1;
            }

            Add(part.Text[start..], part.Position + start);
        }

        var fragment = sections.FirstOrDefault(section => section.Begin == '#').Parts;
        var pairs = sections.Where(section => section.Begin is '?' or '&' && section.Parts.Count > 0).Select(section => new Template(section.Parts)).ToList();
        return new(new(sections[0].Parts), pairs, fragment is null ? null : new(fragment));

        void Add(string text, int position)
        {
            if (text.Length > 0)
                sections[^1].Parts.Add(new(text, null, position));
        }
    }

    private static bool Begins(char section, char next) => section switch
    {
        '/' => next is '?' or '#',
        '?' or '&' => next is '&' or '#',
        _ => false,
    };
}

/// <summary>A URL with values, or why there is none.</summary>
/// <param name="Text">The URL; empty if there is none.</param>
/// <param name="Refusal">The reason; null if there is a URL.</param>
/// <param name="Subject">The variable that is in the way; empty if none is.</param>
public sealed record RenderedUrl(string Text, string? Refusal, string Subject);
