namespace ContactCenter.Egress.Secrets;

/// <summary>Shortens personal data for logs and traces (SEC-5).</summary>
public static class PersonalData
{
    private const string Gap = "…";

    /// <summary>A phone number down to its last two digits.</summary>
    /// <param name="number">The number in any form.</param>
    /// <returns>Such as <c>…44</c>; only the gap when there are fewer than four digits.</returns>
    public static string Phone(string number)
    {
        var digits = number.Where(char.IsAsciiDigit).ToArray();
        return digits.Length < 4 ? Gap : string.Concat(Gap, digits.AsSpan(digits.Length - 2));
    }

    /// <summary>An e-mail address down to its first letter and domain.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Such as <c>t…@example.com</c>; only the gap when it is no address.</returns>
    public static string Email(string address)
    {
        var at = address.LastIndexOf('@');
        return at <= 0 || at == address.Length - 1 ? Gap : string.Concat(address.AsSpan(0, 1), Gap, address.AsSpan(at));
    }
}
