using System.Net.Sockets;
using System.Text;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Secrets;
using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>Submits mail over TLS, on connections that Egress has checked (FUP-60).</summary>
/// <param name="connector">Opens connections.</param>
/// <param name="secrets">Passwords.</param>
/// <param name="time">Measures limits.</param>
public sealed class SmtpSubmission(EgressConnector connector, SecretDesk secrets, TimeProvider time)
{
    private const int DefaultPort = 587;
    private const int Ready = 220;
    private const int Done = 250;
    private const int GoAhead = 354;
    private const int Authenticated = 235;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(60);

    /// <summary>The port of a channel.</summary>
    /// <param name="settings">Its settings.</param>
    public static int PortOf(EmailSettings settings) => settings.Port == 0 ? DefaultPort : settings.Port;

    /// <summary>Submits a mail.</summary>
    /// <param name="settings">The server.</param>
    /// <param name="to">The recipient.</param>
    /// <param name="mail">Header and body, lines ending with CR LF.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How the server took it.</returns>
    public async Task<SendOutcome> SendAsync(EmailSettings settings, string to, ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(WholeLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var isDelivered = false;
        try
        {
            await using var socket = await connector.ConnectAsync(settings.Host, PortOf(settings), EgressProtocol.Smtp, ConnectLimit, both.Token);
            await using var session = await OpenAsync(socket, settings, both.Token);
            await session.ExpectAsync($"MAIL FROM:<{settings.From}>", Done, both.Token);
            await session.ExpectAsync($"RCPT TO:<{to}>", Done, both.Token);
            await session.ExpectAsync("DATA", GoAhead, both.Token);
            isDelivered = true;
            await session.WriteAsync(mail, both.Token);
            await session.ExpectAsync(".", Done, both.Token);
            return SendOutcome.Accepted;
        }
        catch (SmtpReplyException exception)
        {
            return exception.Code >= 500
                ? new(exception.Command.StartsWith("RCPT", StringComparison.Ordinal) ? SendResult.NotReachable : SendResult.Rejected, "MAIL_REFUSED", "smtp_5xx")
                : new(SendResult.Retry, "MAIL_DEFERRED", "smtp_4xx");
        }
        catch (EgressException exception) when (!isDelivered)
        {
            return new(exception.Failure.Decision == EgressDecision.Final ? SendResult.Rejected : SendResult.Retry, exception.Failure.Reason, exception.Failure.PolicyName);
        }
        catch (Exception exception) when (exception is IOException or SocketException or EgressException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Whether the server has the mail is not known once its text has begun to leave.
            return new(isDelivered ? SendResult.Unknown : SendResult.Retry, "CONNECTION_LOST", exception is OperationCanceledException ? "timeout" : "reset");
        }
    }

    private async Task<SmtpSession> OpenAsync(NetworkStream socket, EmailSettings settings, CancellationToken cancellationToken)
    {
        var tls = new TlsSettings { PrivateCa = settings.PrivateCa };
        SmtpSession session;
        if (settings.ImplicitTls)
        {
            session = new(await connector.SecureAsync(socket, settings.Host, tls, ConnectLimit, cancellationToken));
            await session.ExpectAsync(null, Ready, cancellationToken);
        }
        else
        {
            var plain = new SmtpSession(socket);
            await plain.ExpectAsync(null, Ready, cancellationToken);
            await plain.ExpectAsync($"EHLO {settings.Domain}", Done, cancellationToken);
            await plain.ExpectAsync("STARTTLS", Ready, cancellationToken);
            session = new(await connector.SecureAsync(socket, settings.Host, tls, ConnectLimit, cancellationToken));
        }

        await session.ExpectAsync($"EHLO {settings.Domain}", Done, cancellationToken);
        if (settings.Username.Length > 0)
        {
            var password = await secrets.ReadAsync(settings.PasswordSecret, cancellationToken) ?? "";
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{settings.Username}\0{password}"));
            await session.ExpectAsync($"AUTH PLAIN {credentials}", Authenticated, cancellationToken);
        }

        return session;
    }
}
