using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>How link sources are spelled in events.</summary>
internal static class LinkWords
{
    /// <summary>The word of a source, such as <c>external_id</c>.</summary>
    /// <param name="source">The source.</param>
    public static string Of(LinkSource source) => JsonNamingPolicy.SnakeCaseLower.ConvertName(source.ToString());
}
