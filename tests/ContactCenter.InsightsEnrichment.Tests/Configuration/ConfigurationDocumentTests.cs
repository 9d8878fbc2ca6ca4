using ContactCenter.InsightsEnrichment.Configuration;

namespace ContactCenter.InsightsEnrichment.Tests.Configuration;

public sealed class ConfigurationDocumentTests
{
    [Theory]
    [Rule("INS-140")]
    [InlineData("""{"redaktion":{}}""", "document.redaktion")]
    [InlineData("""{"redaction":{"rules":[{"field":"zip","action":"mask","secret":"x"}]}}""", "document.redaction.rules[0].secret")]
    [InlineData("""{"redaction":{"rules":[{"field":"zip","action":"burn"}]}}""", "document.redaction.rules[0].action")]
    [InlineData("""{"redaction":{"rules":[{"field":"zip","action":"mask"},{"field":"zip"}]}}""", "document.redaction.rules[1].action")]
    [InlineData("""{"redaction":{"rules":[{"field":"workers.name","action":"mask"}]}}""", "document.redaction.rules[0].field")]
    [InlineData("""{"redaction":{"rules":[null]}}""", "document.redaction.rules[0].field")]
    [InlineData("""{"links":{"default_calling_code":"01"}}""", "document.links.default_calling_code")]
    [InlineData("""{"links":{"anonymous_values":["x",""]}}""", "document.links.anonymous_values[1]")]
    [InlineData("""{"naming":{"keep_historic_names":"yes"}}""", "document.naming.keep_historic_names")]
    [InlineData("""{"activities":{"available":[]}}""", "document.activities.available")]
    [InlineData("""{"load":{"interval_minutes":20}}""", "document.load.interval_minutes")]
    [InlineData("""{"load":{"interval_minutes":15,"interval_minutes":30}}""", "document.load.interval_minutes")]
    [InlineData("""{"customers":{"id_key":"secret"}}""", "document.customers")]
    [InlineData("[]", "document")]
    [InlineData("null", "document")]
    [InlineData("{", "document")]
    public void A_key_that_cannot_be_is_named(string document, string field)
    {
        var (path, fault) = ConfigurationDocument.TryRead(document, out _)!.Value;
        Assert.Equal(field, path.Length > 0 ? $"document.{path}" : "document");
        Assert.DoesNotContain("ContactCenter", fault, StringComparison.Ordinal);
    }
}
