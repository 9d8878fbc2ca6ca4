using System.Collections.Frozen;
using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>What is read of a worker's attributes for the segments that the worker handles.</summary>
/// <param name="FullName">The name to show instead of the worker's own.</param>
/// <param name="TeamId">Identity of the worker's team.</param>
/// <param name="TeamName">Name of that team.</param>
public sealed record WorkerAttributes(string? FullName, string? TeamId, string? TeamName)
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names =
        new[] { "full_name", "team_id", "team_name" }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>No attributes at all.</summary>
    public static WorkerAttributes Empty { get; } = new(null, null, null);

    /// <summary>Reads the attributes in one pass.</summary>
    /// <param name="json">The text of the event field; empty reads as <see cref="Empty"/>.</param>
    /// <param name="attributes">What was read; <see cref="Empty"/> if the text is not a JSON object.</param>
    /// <returns>False if there is a text and it is not a JSON object.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out WorkerAttributes attributes)
    {
        attributes = Empty;
        if (json.IsEmpty)
            return true;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                JsonScalar.ReadMember(ref reader, Names, values);
            reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }

        attributes = new(values.GetValueOrDefault("full_name"), values.GetValueOrDefault("team_id"), values.GetValueOrDefault("team_name"));
        return true;
    }
}
