namespace ContactCenter.FollowUpScheduler.Templates;

/// <summary>A URL whose path and query hold references; values are percent-encoded and may not be missing (FUP-35, FUP-36).</summary>
public sealed class UrlTemplate
{
    private readonly Template _template;

    private UrlTemplate(Template template, string sample) => (_template, Sample) = (template, sample);

    /// <summary>A URL of the same origin, without values.</summary>
    public string Sample { get; }

    /// <summary>What it refers to.</summary>
    public IEnumerable<Reference> References => _template.References;

    /// <summary>Parses a URL.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    /// <returns>Null if it is wrong.</returns>
    public static UrlTemplate? Parse(string text, out TemplateProblem? problem)
    {
        if (Template.Parse(text, out problem) is not { } template)
            return null;
        var first = template.References.FirstOrDefault()?.Position - 1 ?? text.Length;
        var authority = text.IndexOf("://", StringComparison.Ordinal);
        var path = authority < 0 ? -1 : text.AsSpan(authority + 3).IndexOfAny('/', '?');
        if (authority < 0 || authority > first || (first < text.Length && (path < 0 || authority + 3 + path >= first)))
        {
            problem = new("scheme, host and port hold no references", first + 1);
            return null;
        }

        return new(template, template.Render(new(), static value => value));
    }

    /// <summary>The URL with values.</summary>
    /// <param name="values">The values.</param>
    /// <exception cref="RenderException">A value is missing, or the URL is too long.</exception>
    public string Render(TemplateValues values) => _template.RenderRequired(values, Uri.EscapeDataString);
}
