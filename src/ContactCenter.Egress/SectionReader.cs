using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ContactCenter.Egress;

/// <summary>Reads a configuration section so that a fault names key, value and range.</summary>
internal sealed class SectionReader(IConfiguration configuration, string name)
{
    private readonly IConfigurationSection _section = configuration.GetSection(name);

    public void RefuseUnknownKeys(params string[] known)
    {
        foreach (var child in _section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                throw new ValidationException($"{child.Path} is not known; known below {name} are {string.Join(", ", known)}.");
        }
    }

    public int Number(string key, int fallback, int lowest, int highest)
    {
        var text = _section[key];
        if (string.IsNullOrEmpty(text))
            return fallback;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= lowest && value <= highest
                ? value
                : throw Refused(key, text, $"a whole number from {lowest} to {highest}");
    }

    public T Choice<T>(string key, T fallback)
        where T : struct, Enum
    {
        var text = _section[key];
        if (string.IsNullOrEmpty(text))
            return fallback;
        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw Refused(key, text, string.Join(" or ", Enum.GetNames<T>()));
    }

    public IReadOnlyList<string> List(string key, Func<string, bool> isValid, string range)
    {
        var values = new List<string>();
        foreach (var child in _section.GetSection(key).GetChildren())
        {
            var text = child.Value ?? "";
            if (!isValid(text))
                throw new ValidationException($"{child.Path} is '{text}'; it has to be {range}.");
            values.Add(text);
        }

        return values;
    }

    private ValidationException Refused(string key, string value, string range) =>
        new($"{name}:{key} is '{value}'; it has to be {range}.");
}
