using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace ContactCenter.InsightsEnrichment.Tests.Events;

/// <summary>How events are written on the bus.</summary>
internal static class WireForm
{
    /// <summary>What every event begins with.</summary>
    public const string Head =
        """{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:02:22.7+00:00","recordedTime":"2026-03-02T10:02:23.7+00:00","accountSid":"AC1",""";

    private static readonly JsonSerializerOptions Json = new(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

    /// <summary>Makes sure that a text with all fields of an event is read, and written again as it was; its name is one of insights, or tells the area.</summary>
    public static void Holds<T>(string name, string text)
        where T : class
    {
        Assert.Equal($"urn:message:contactcenter:{(name.Contains(':', StringComparison.Ordinal) ? name : $"insights:{name}")}", MessageUrn.ForTypeString<T>());
        Assert.Equal(text, Write(JsonSerializer.Deserialize<T>(text, Json)!));
    }

    public static string Write<T>(T message) => JsonSerializer.Serialize(message, Json);
}
