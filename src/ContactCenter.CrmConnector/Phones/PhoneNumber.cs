namespace ContactCenter.CrmConnector.Phones;

/// <summary>A phone number of the world, taken apart.</summary>
/// <param name="CallingCode">1 to 3 digits.</param>
/// <param name="National">The digits after it, at least one.</param>
public sealed record PhoneNumber(string CallingCode, string National)
{
    private const int MostDigits = 15;
    private const int LocalDigits = 10;

    /// <summary>As ITU E.164 writes it: <c>+12223334444</c>.</summary>
    public string E164 => $"+{CallingCode}{National}";

    /// <summary>Whether it is a number of calling code 1 with area code and local number.</summary>
    public bool IsNorthAmerican => CallingCode == "1" && National.Length == LocalDigits;

    /// <summary>Reads a number as people write it (CRM-30).</summary>
    /// <param name="text">As given.</param>
    /// <param name="defaultCallingCode">Calling code of 10 digits without <c>+</c>, 1 to 3 digits.</param>
    /// <returns>Null if the text is no number.</returns>
    public static PhoneNumber? Parse(string text, string defaultCallingCode)
    {
        var digits = Bare(text);
        if (digits.StartsWith('+'))
            digits = digits[1..];
        else if (digits.Length == LocalDigits)
            digits = defaultCallingCode + digits;
        else if (digits.Length != LocalDigits + 1 || !digits.StartsWith(defaultCallingCode, StringComparison.Ordinal))
            return null;
        if (digits.Length is 0 or > MostDigits || !digits.All(char.IsAsciiDigit))
            return null;
        var code = CallingCodeLength(digits);
        return digits.Length > code ? new(digits[..code], digits[code..]) : null;
    }

    /// <summary>A text without what people put between the digits of a number.</summary>
    /// <param name="text">As given.</param>
    public static string Bare(string text)
    {
        var number = text.AsSpan().Trim();
        if (number.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
            number = number[4..];
        return string.Concat(number.ToString().Where(character => character is not (' ' or '-' or '.' or '/' or '(' or ')' or '[' or ']')));
    }

    // ITU-T E.164 list of calling codes: no code is the beginning of another one.
    private static int CallingCodeLength(string digits) => digits switch
    {
        ['1' or '7', ..] => 1,
        ['2', '0' or '7', ..] or ['3', not ('5' or '7' or '8'), ..] or ['4', not '2', ..] or ['5', >= '1' and <= '8', ..] => 2,
        ['6', <= '6', ..] or ['8', '1' or '2' or '4' or '6', ..] or ['9', <= '5' or '8', ..] => 2,
        _ => 3,
    };
}
