using System.Globalization;
using System.Net;
using System.Text;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>Mail with text and HTML alternatives; actions are links (FUP-55, FUP-60).</summary>
/// <param name="submission">Speaks with mail servers.</param>
/// <param name="options">Where links lead to.</param>
/// <param name="timeProvider">Dates mails.</param>
public sealed class EmailChannel(SmtpSubmission submission, IOptions<FollowUpOptions> options, TimeProvider timeProvider) : IMessageChannel
{
    private const int EncodedBytesOfWord = 39;
    private const string Boundary = "=_alternatives";

    /// <inheritdoc />
    public Channel.SettingsOneofCase Type => Channel.SettingsOneofCase.Email;

    // A mail server takes what it is given, whatever the Message-ID.
    /// <inheritdoc />
    public ChannelCapabilities Capabilities => new();

    /// <inheritdoc />
    public IReadOnlyList<ChannelMessage>? Compose(Channel channel, RenderedMessage message)
    {
        var id = FormattableString.Invariant($"<{message.NotificationId:D}.0@{channel.Email.Domain}>");
        var text = PlainText.Of(message, options.Value);
        var html = new StringBuilder("<!DOCTYPE html><html><body>");
        foreach (var part in message.Parts)
            html.Append(CultureInfo.InvariantCulture, $"<p>{Encode(PlainText.Of(part)).Replace("\n", "<br>", StringComparison.Ordinal)}</p>");
        foreach (var (title, url) in PlainText.Links(message, options.Value))
            html.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{Encode(url)}\">{Encode(title)}</a></p>");
        html.Append("</body></html>");

        var mail = new StringBuilder();
        Line($"Date: {timeProvider.GetUtcNow().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)}");
        Line($"From: <{channel.Email.From}>");
        Line($"To: <{message.Address}>");
        Line($"Subject: {EncodedWords(message.Subject)}");
        Line($"Message-ID: {id}");
        Line("MIME-Version: 1.0");
        Line("Auto-Submitted: auto-generated");
        Line($"Content-Type: multipart/alternative; boundary=\"{Boundary}\"");
        Alternative("text/plain", text);
        Alternative("text/html", html.ToString());
        Line("");
        Line($"--{Boundary}--");
        return [new ChannelMessage(id, "mail", Encoding.ASCII.GetBytes(mail.ToString()), message.Actions)];

        void Line(string line) => mail.Append(line).Append("\r\n");

        void Alternative(string type, string content)
        {
            Line("");
            Line($"--{Boundary}");
            Line($"Content-Type: {type}; charset=utf-8");
            Line("Content-Transfer-Encoding: base64");
            Line("");
            Line(Convert.ToBase64String(Encoding.UTF8.GetBytes(content), Base64FormattingOptions.InsertLineBreaks));
        }
    }

    /// <inheritdoc />
    public Task<SendOutcome> SendAsync(ChannelRoute route, ChannelMessage message, CancellationToken cancellationToken) =>
        submission.SendAsync(route.Channel.Definition.Email, route.Address, message.Content, cancellationToken);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A header's text by RFC 2047: words of whole characters, folded.</summary>
    private static string EncodedWords(string text)
    {
        if (text.All(c => c is >= ' ' and <= '~') && text.Length <= EncodedBytesOfWord)
            return text;
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            if (word.Count + length > EncodedBytesOfWord)
                Flush();
            word.AddRange(bytes[..length]);
        }

        Flush();
        return string.Join("\r\n ", words);

        void Flush()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
            word.Clear();
        }
    }
}
