using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ContactCenter.Egress.Guard;

/// <summary>A host in the one form in which it is judged, resolved and sent (EGR-6).</summary>
public sealed record HostName
{
    private const int MaxLength = 253;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private HostName(string text, IPAddress? address)
    {
        Text = text;
        Address = address;
    }

    /// <summary>Lower-case ASCII name without a trailing dot, or the canonical text of <see cref="Address"/> (no brackets).</summary>
    public string Text { get; }

    /// <summary>The address when the host is a literal in any textual form; otherwise null.</summary>
    public IPAddress? Address { get; }

    /// <summary>The host as it stands in a URL: IPv6 in brackets.</summary>
    public string UrlText => Address?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Text}]" : Text;

    /// <summary>
    /// Normalises a host: IDN to ASCII, upper to lower case, one trailing dot off, and hexadecimal, octal, decimal and
    /// short IPv4 forms to the address they mean. IPv6 may stand in brackets; a zone id is dropped.
    /// </summary>
    /// <param name="text">The host as written.</param>
    /// <returns>The host, or null when it is no valid one.</returns>
    public static HostName? Parse(string text)
    {
        if (text.StartsWith('[') && text.EndsWith(']'))
            return ParseIPv6(text[1..^1]);
        if (text.Contains(':'))
            return ParseIPv6(text);

        var ascii = ToAscii(text);
        if (ascii is null || ascii.Length is 0 or > MaxLength || ascii.AsSpan().ContainsAnyExcept(NameCharacters))
            return null;

        var labels = ascii.Split('.');
        if (labels.Any(label => label.Length is 0 or > 63))
            return null;

        // A name that ends in a number can only be an IPv4 address; resolvers disagree on every other reading.
        if (TryParseNumber(labels[^1], out _) || char.IsAsciiDigit(labels[^1][0]) && labels[^1].All(char.IsAsciiDigit))
        {
            var address = ParseIPv4(labels);
            return address is null ? null : new HostName(address.ToString(), address);
        }

        return new HostName(ascii, null);
    }

    /// <inheritdoc />
    public override string ToString() => UrlText;

    private static string? ToAscii(string text)
    {
        var folded = string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = source[i] switch
                {
                    '\u3002' or '\uFF0E' or '\uFF61' => '.',
                    >= '\uFF01' and <= '\uFF5E' and var wide => char.ToLowerInvariant((char)(wide - 0xFEE0)),
                    var other => char.ToLowerInvariant(other),
                };
            }
        });

        if (folded.EndsWith('.'))
            folded = folded[..^1];
        if (System.Text.Ascii.IsValid(folded))
            return folded;
        if (folded.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format))
            return null;

        try
        {
            return Idn.GetAscii(folded).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static HostName? ParseIPv6(string text)
    {
        var zone = text.IndexOf('%');
        var literal = zone < 0 ? text : text[..zone];
        if (!IPAddress.TryParse(literal, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
            return null;
        return new HostName(address.ToString(), address);
    }

    private static IPAddress? ParseIPv4(string[] labels)
    {
        if (labels.Length > 4)
            return null;

        ulong value = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (!TryParseNumber(labels[i], out var part))
                return null;

            var last = i == labels.Length - 1;
            var room = last ? 8 * (5 - labels.Length) : 8;
            if (part >= 1UL << room)
                return null;
            value = last ? (value << room) | part : (value << 8) | part;
        }

        return new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
    }

    private static bool TryParseNumber(string label, out ulong value)
    {
        value = 0;
        var (digits, radix) = label switch
        {
            "0x" => ("0", 16),
            _ when label.StartsWith("0x", StringComparison.Ordinal) => (label[2..], 16),
            _ when label.Length > 1 && label[0] == '0' => (label[1..], 8),
            _ => (label, 10),
        };

        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
                return false;
            value = value * (ulong)radix + (ulong)digit;
            if (value > uint.MaxValue)
                return false;
        }

        return digits.Length > 0;
    }
}
