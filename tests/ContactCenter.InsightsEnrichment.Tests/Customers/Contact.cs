using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

/// <summary>Contacts that are handled at once, each a conversation of its own.</summary>
internal static class Contact
{
    /// <summary>A contact.</summary>
    /// <param name="number">Number of the task; contacts begin in their order.</param>
    /// <param name="attributes">Attributes of the task.</param>
    /// <param name="channel">Its channel.</param>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Of(int number, object attributes, string channel = "voice") =>
        new TaskLife(number) { Attributes = JsonSerializer.Serialize(attributes), Channel = channel }
            .Entered($"10:{number:D2}:00", "Level 1").Offered($"10:{number:D2}:08", number * 10, "John Doe", "Level 1")
            .Reserved("accepted", $"10:{number:D2}:12", number * 10, "John Doe", "Level 1").Reserved("completed", $"10:{number:D2}:22", number * 10, "John Doe", "Level 1")
            .Completed($"10:{number:D2}:22.100").Forms;

    /// <summary>A contact of a customer who is known by an identifier of the company's own.</summary>
    /// <param name="number">Number of the task.</param>
    /// <param name="externalId">The identifier.</param>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> By(int number, string externalId) => Of(number, new { customers = new { external_id = externalId } });
}
