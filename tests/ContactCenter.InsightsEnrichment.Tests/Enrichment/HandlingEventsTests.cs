using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.Tests.Sessions;

namespace ContactCenter.InsightsEnrichment.Tests.Enrichment;

public sealed class HandlingEventsTests(TestServers servers) : SessionsTest(servers)
{
    private static readonly string[] ColdTransfer =
    [
        "AgentHandlingChanged WK…711 WR…11 WT…1 offered False voice inbound",
        "AgentHandlingChanged WK…711 WR…11 WT…1 released True voice inbound",
        "AgentHandlingChanged WK…711 WR…11 WT…1 talking False voice inbound",
        "AgentHandlingChanged WK…711 WR…11 WT…1 wrap_up True voice inbound",
        "AgentHandlingChanged WK…918 WR…12 WT…1 offered False voice inbound",
        "AgentHandlingChanged WK…918 WR…12 WT…1 released False voice inbound",
        "AgentHandlingChanged WK…918 WR…12 WT…1 talking False voice inbound",
        "AgentHandlingChanged WK…918 WR…12 WT…1 wrap_up False voice inbound",
        "QueueEntered Level 1 voice inbound",
        "QueueEntered Level 2 voice inbound",
        "QueueLeft Level 1 answered 12",
        "QueueLeft Level 2 answered 33",
        "ReservationEnded WR…11 WK…711 accepted 4",
        "ReservationEnded WR…12 WK…918 accepted 5",
        "ReservationOffered WR…11 WK…711 voice inbound",
        "ReservationOffered WR…12 WK…918 voice inbound",
    ];

    private Published _published = null!;

    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _published = await Published.ListenAsync(
            Broker,
            typeof(QueueEntered), typeof(QueueLeft), typeof(ReservationOffered), typeof(ReservationEnded), typeof(AgentHandlingChanged), typeof(SegmentClosed),
            typeof(SegmentRevised), typeof(SegmentWithdrawn));
    }

    public override async ValueTask DisposeAsync()
    {
        await _published.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    [Rule("INS-138"), Rule("INS-15")]
    public async Task Waits_offers_and_handlings_are_published_once_however_often_their_events_come()
    {
        var life = Examples.ColdTransfer();
        life.Attributes = """{"direction":"Inbound","conversations":{"channel":"Fax","direction":"Outbound"}}""";
        foreach (var form in life.Forms)
        {
            await SendAsync([form]);
            await SettledAsync();
        }

        await SendAsync(life.Forms);
        await ReceivedAsync(ColdTransfer);
        Assert.Equal(["10:00:00.900", "10:02:12.050"], _published.Of<QueueEntered>().Select(entered => entered.OccurredTime.ToString("HH:mm:ss.fff", null)));
    }

    [Fact]
    [Rule("INS-15"), Rule("INS-138")]
    public async Task Events_that_come_late_give_the_same_once_they_are_known_together()
    {
        var forms = Examples.ColdTransfer().Forms;
        foreach (var half in (int[])[1, 0])
        {
            // Each event comes after all that follow it within its half; the offers come after the answers.
            await SendAsync(forms.Where((_, place) => place % 2 == half).Reverse());
            await SettledAsync();
        }

        await ArrivedAsync(ColdTransfer.Length);
        Assert.Equal(ColdTransfer.Select(Named), Lines().Select(Named).Order(StringComparer.Ordinal));

        // What was published tells what was known by then: neither whether a transfer was under way, nor the name of a queue.
        static string Named(string line) => line.Split(' ') switch
        {
            ["AgentHandlingChanged", .. var rest] => $"AgentHandlingChanged {rest[0]} {rest[1]} {rest[3]}",
            var words => $"{words[0]} {words[1]} {words[2]}",
        };
    }

    [Fact]
    [Rule("INS-32"), Rule("INS-138")]
    public async Task A_session_without_task_is_handled_like_one_under_its_own_name()
    {
        await SendAsync(new SessionLife(SessionKind.Call, 1418)
            .At("10:00:00", "session.started", new { session_type = "Voice Inbound", direction = "inbound" })
            .At("10:00:01", "session.queued", new { queue_id = "13", queue_path = "Sales" })
            .At("10:00:05", "agent.assigned", new { agent_id = 7, agent_custom_id = "emp-7" })
            .At("10:00:09", "agent.joined", new { agent_id = 7 })
            .At("10:01:00", "wrapup.started", new { agent_id = 7 })
            .At("10:01:10", "session.ended", new { status = "finished", disconnected_by = "end_user" })
            .At("10:01:30", "wrapup.stopped", new { agent_id = 7 }));
        await ReceivedAsync(
        [
            "AgentHandlingChanged emp-7 call-1418-1 call-1418 offered False voice inbound",
            "AgentHandlingChanged emp-7 call-1418-1 call-1418 released False voice inbound",
            "AgentHandlingChanged emp-7 call-1418-1 call-1418 talking False voice inbound",
            "AgentHandlingChanged emp-7 call-1418-1 call-1418 wrap_up False voice inbound",
            "QueueEntered Sales voice inbound",
            "QueueLeft Sales answered 8",
            "ReservationEnded call-1418-1 emp-7 accepted 4",
            "ReservationOffered call-1418-1 emp-7 voice inbound",
        ]);
    }

    private async Task ReceivedAsync(string[] lines)
    {
        await ArrivedAsync(lines.Length);
        Assert.Equal(lines, Lines());
    }

    /// <summary>Waits until as many have come and nothing more is on its way.</summary>
    private async Task ArrivedAsync(int messages)
    {
        await SettledAsync();
        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM durable.outbox_messages") == 0);
        await Eventually.TrueAsync(() => Lines().Count >= messages);
    }

    private List<string> Lines() =>
    [
        .. new[]
        {
            _published.Of<QueueEntered>().Select(e => $"QueueEntered {e.QueueName} {e.Channel} {e.Direction}"),
            _published.Of<QueueLeft>().Select(e => $"QueueLeft {e.QueueName} {e.How} {e.WaitSeconds}"),
            _published.Of<ReservationOffered>().Select(e => $"ReservationOffered {e.ReservationSid} {e.AgentSid} {e.Channel} {e.Direction}"),
            _published.Of<ReservationEnded>().Select(e => $"ReservationEnded {e.ReservationSid} {e.AgentSid} {e.How} {e.RingSeconds}"),
            _published.Of<AgentHandlingChanged>().Select(e => $"AgentHandlingChanged {e.AgentSid} {e.ReservationSid} {e.ConversationId} {e.Phase} {e.Transferred} {e.Channel} {e.Direction}"),
        }.SelectMany(lines => lines).Select(line => System.Text.RegularExpressions.Regex.Replace(line, "0{5,}", "…")).Order(StringComparer.Ordinal),
    ];
}
