namespace ContactCenter.CrmConnector.Rendering;

/// <summary>Text inside of HTML.</summary>
public static class HtmlText
{
    /// <summary>Escapes what has a meaning in HTML, in elements as well as in quoted attributes.</summary>
    /// <param name="text">Any text.</param>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);
}
