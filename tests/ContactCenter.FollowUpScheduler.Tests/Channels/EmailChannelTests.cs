using System.Text;
using ContactCenter.FollowUps.V1;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Channels;

public sealed class EmailChannelTests(TestServers servers) : FollowUpTest(servers)
{
    private MailServer _server = null!;

    protected override IEnumerable<string> Settings => [$"--Egress:AllowList:2=127.0.0.1:{_server.Port}", "--FollowUps:PublicBaseUrl=https://contact.example.com"];

    public override async ValueTask InitializeAsync()
    {
        _server = await MailServer.StartAsync(Cancellation);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    [Rule("FUP-36")]
    [Rule("FUP-55")]
    [Rule("FUP-60")]
    public async Task A_mail_server_takes_a_mail_with_text_and_HTML_once_and_over_TLS()
    {
        await PrepareMailAsync();
        var followUp = Mailed();
        followUp.Message.Parts.Add(new MessagePart { Cards = new() { Cards_ = { new Card { Title = "<b>@{followup.data.id}</b>", Description = ".\nlast" } } } });
        Itsm.HasTickets(Ticket("INC1 é"));

        await CreateAsync(followUp);
        var sent = Assert.Single(await SentAsync("approvals", 1));
        await Eventually.TrueAsync(() => !_server.Mails.IsEmpty);

        var mail = Assert.Single(_server.Mails);
        Assert.Equal(("bot@contact.example.com", "ana@example.com"), (mail.From, Assert.Single(mail.To)));
        Assert.Contains($"Message-ID: <{sent.NotificationId}.0@contact.example.com>\r\n", mail.Content, StringComparison.Ordinal);
        Assert.Equal([$"<{sent.NotificationId}.0@contact.example.com>"], sent.MessageIds);
        Assert.Contains($"Subject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("Approve INC1 é"))}?=\r\n", mail.Content, StringComparison.Ordinal);
        var (text, html) = (Part(mail, "text/plain"), Part(mail, "text/html"));
        Assert.StartsWith("Ana, approve INC1 é?\n\n<b>INC1 é</b>\n.\nlast\n\nApprove: https://contact.example.com/answers/", text, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;INC1", html, StringComparison.Ordinal);
        Assert.Contains(">Reject</a>", html, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FUP-66")]
    public async Task A_mail_that_is_refused_fails_at_once_and_leaves_a_dead_letter()
    {
        await PrepareMailAsync();
        await People.BatchUpsertUsersAsync(new() { Users = { new User { UserId = "ana", Email = "unknown@example.com" } } }, cancellationToken: Cancellation);
        Itsm.HasTickets(Ticket("INC1"));

        await CreateAsync(Mailed());
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { Attempt: 1, State: NotificationState.Failed, Reason: "MAIL_REFUSED" }));
        await Eventually.TrueAsync(async () => (await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters.Count == 1);
        Assert.Empty(_server.Mails);
    }

    [Fact]
    [Rule("FUP-50")]
    [Rule("FUP-55")]
    public async Task A_mail_needs_a_subject_and_every_change_to_text_is_told()
    {
        await PrepareMailAsync();
        var followUp = Mailed();
        followUp.Message.Subject = "";
        followUp.Message.Parts.Add(new MessagePart { Cards = new() { Cards_ = { new Card { Title = "t" } } } });
        followUp.Message.Parts.Add(new MessagePart { Image = new() { Url = "https://img.example/i.png", AlternativeText = "i" } });

        var found = await FollowUps.ValidateFollowUpAsync(new() { FollowUp = followUp, Section = Section.Message }, cancellationToken: Cancellation);

        Assert.Equal(("follow_up.message.subject", "FIELD_REQUIRED"), (found.Problems.Single().Field, found.Problems.Single().Reason));
        Assert.Equal(
            [("parts[1]", "mail shows cards as title, description and links"), ("parts[2]", "mail shows images as alternative text and link"), ("actions[0]", "mail shows actions as links"), ("actions[1]", "mail shows actions as links")],
            found.Warnings.Select(warning => (warning.Field["follow_up.message.".Length..], warning.Message)));
        Assert.All(found.Warnings, warning => Assert.Equal("SHOWN_AS_TEXT", warning.Code));
    }

    private async Task PrepareMailAsync()
    {
        await PrepareAsync();
        await Operations.SetSecretAsync(new() { Name = "mail-password", Value = "canary-password" }, cancellationToken: Cancellation);
        var channel = new Channel
        {
            ChannelId = "mail",
            DisplayName = "Mail",
            Enabled = true,
            Email = new() { Host = "127.0.0.1", Port = _server.Port, Username = "mailer", PasswordSecret = "mail-password", From = "bot@contact.example.com", Domain = "contact.example.com", PrivateCa = _server.Certificate },
        };
        await Channels.CreateChannelAsync(new() { Channel = channel }, cancellationToken: Cancellation);
    }

    private static FollowUp Mailed()
    {
        var followUp = Approvals();
        (followUp.Message.ChannelId, followUp.Message.Subject) = ("mail", "Approve @{followup.data.id}");
        return followUp;
    }

    private static string Part(TakenMail mail, string type)
    {
        var body = mail.Content.Split($"Content-Type: {type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")[1].Split("\r\n--")[0];
        return Encoding.UTF8.GetString(Convert.FromBase64String(body));
    }
}
