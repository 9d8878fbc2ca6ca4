using System.Globalization;
using System.Text.Json;

namespace ContactCenter.CrmConnector.Answers;

/// <summary>A place in a JSON answer: names and array positions, separated by dots (CRM-41).</summary>
public sealed class Location
{
    private readonly string[] _segments;

    private Location(string[] segments) => _segments = segments;

    /// <summary>Parses a location.</summary>
    /// <param name="text">Such as <c>data.0.details</c> or <c>data[0].id</c>; empty for the root.</param>
    /// <param name="error">At which character, from 1, what is wrong; null if nothing is.</param>
    /// <returns>Null if it cannot be parsed.</returns>
    public static Location? Parse(string text, out (int Position, string Message)? error)
    {
        error = null;
        if (text.Length == 0)
            return new([]);
        var segments = new List<string>();
        var start = 0;
        foreach (var part in text.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? part : part[..bracket];
            if (name.Length > 0)
                segments.Add(name);
            else if (bracket < 0 || start > 0)
                error ??= (start + 1, "a name is missing");
            for (var rest = bracket < 0 ? "" : part[bracket..]; rest.Length > 0 && error is null;)
            {
                var end = rest.IndexOf(']', StringComparison.Ordinal);
                if (rest[0] != '[' || end < 2 || !rest.AsSpan(1, end - 1).ContainsOnlyDigits())
                {
                    error = (start + part.Length - rest.Length + 1, "'[', digits and ']' have to follow a name");
                    break;
                }

                segments.Add(rest[1..end]);
                rest = rest[(end + 1)..];
            }

            if (error is null && name.Contains(']', StringComparison.Ordinal))
                error = (start + name.IndexOf(']', StringComparison.Ordinal) + 1, "this bracket was not opened");
            start += part.Length + 1;
        }

        return error is null ? new([.. segments]) : null;
    }

    /// <summary>Finds what lies at the place.</summary>
    /// <param name="root">Where to begin.</param>
    /// <returns>Null if there is nothing.</returns>
    public JsonElement? Find(JsonElement root)
    {
        var place = root;
        foreach (var segment in _segments)
        {
            switch (place.ValueKind)
            {
                case JsonValueKind.Object when place.TryGetProperty(segment, out var property):
                    place = property;
                    break;
                case JsonValueKind.Array when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < place.GetArrayLength():
                    place = place[index];
                    break;
                default:
                    return null;
            }
        }

        return place;
    }
}

file static class Digits
{
    public static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
