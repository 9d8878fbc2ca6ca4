using System.Globalization;
using System.Text;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>A mail server has answered with another code than a command needs.</summary>
/// <param name="command">The command, without what may be secret.</param>
/// <param name="code">The code: 4xx for later, 5xx for never.</param>
internal sealed class SmtpReplyException(string command, int code) : Exception(FormattableString.Invariant($"The mail server answered {command} with {code}."))
{
    /// <summary>The verb of the command.</summary>
    public string Command { get; } = command;

    /// <summary>The code.</summary>
    public int Code { get; } = code;
}

/// <summary>Commands and replies of SMTP (RFC 5321) on one stream.</summary>
/// <param name="stream">The connection.</param>
internal sealed class SmtpSession(Stream stream) : IAsyncDisposable
{
    private const int LongestLine = 1_024;
    private const int MostLines = 100;
    private const int CodeDigits = 3;

    private readonly byte[] _byte = new byte[1];

    /// <summary>Sends a command and reads its reply.</summary>
    /// <exception cref="SmtpReplyException">The reply has another code.</exception>
    /// <exception cref="IOException">The connection ended, or the reply is none.</exception>
    public async Task ExpectAsync(string? command, int code, CancellationToken cancellationToken)
    {
        if (command is not null)
            await stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), cancellationToken);
        var reply = await ReadAsync(cancellationToken);
        if (reply != code)
            throw new SmtpReplyException(command?.Split(' ')[0] ?? "CONNECT", reply);
    }

    /// <summary>Sends the text of a mail, with a second dot where a line begins with one.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        var text = Encoding.ASCII.GetString(mail.Span).Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        return stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken).AsTask();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        for (var lines = 0; lines < MostLines; lines++)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < CodeDigits || !int.TryParse(line.AsSpan(0, CodeDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                break;
            if (line.Length == CodeDigits || line[CodeDigits] != '-')
                return code;
        }

        throw new IOException("The mail server's reply is none.");
    }

    // Byte by byte: what follows STARTTLS' reply belongs to TLS.
    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length < LongestLine)
        {
            if (await stream.ReadAsync(_byte, cancellationToken) == 0)
                throw new IOException("The mail server closed the connection.");
            if (_byte[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)_byte[0]);
        }

        throw new IOException("A line of the mail server's reply is too long.");
    }
}
