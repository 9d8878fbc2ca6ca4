using System.Net.Mail;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>E-mail addresses as an SMTP server takes them.</summary>
public static class MailAddresses
{
    private const int Longest = 254;

    /// <summary>Whether a text is an address, without a name.</summary>
    /// <param name="text">The text.</param>
    public static bool IsAddress(string text) => text.Length <= Longest
        && text.All(c => char.IsAscii(c) && !char.IsControl(c) && c is not (' ' or '<' or '>'))
        && MailAddress.TryCreate(text, out var address) && address.Address == text;
}
