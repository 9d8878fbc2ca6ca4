using ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;

/// <summary>Which messages count as sent, delivered and read, and of which day.</summary>
public sealed class FigureTests(TestServers servers) : MessageTest(servers)
{
    private const string Sent = "2026-01-01T09:00:00Z";

    [Theory]
    [Rule("MSG-16"), Rule("MSG-17"), Rule("MSG-18"), Rule("MSG-19"), Rule("MSG-26")]
    [InlineData("DELIVERED", "2026-01-01T09:00:05Z", "2026-01-02", "sent 1, delivered 1, revision 1")]
    [InlineData("READ", "2026-01-02T10:00:00Z", "2026-01-02", "sent 1, revision 1")]
    [InlineData("READ", "2026-01-02T10:00:00Z", "2026-01-03", "sent 1, read 1, read_without_delivered 1, revision 1")]
    [InlineData("READ", "2026-01-08T23:59:59.999Z", "2026-01-09", "sent 1, read 1, read_without_delivered 1, revision 1")]
    [InlineData("READ", "2026-01-09T00:00:00Z", "2026-01-10", "sent 1, late_read 1, lateness 1, revision 1")]
    [InlineData("READ", "2026-01-10T08:00:00Z", "2026-01-11", "sent 1, late_read 1, lateness 2, revision 1")]
    [InlineData("DELIVERED", "2026-01-09T12:00:00Z", "2026-01-10", "sent 1, late_delivered 1, lateness 1, revision 1")]
    public async Task Example_3_a_receipt_counts_for_the_day_of_the_send_within_the_window(string kind, string time, string refreshDay, string expected)
    {
        await SentAsync(M1, Sent);
        await ReportAsync(kind, M1, time);
        await RefreshAsync($"{refreshDay}T06:00:00Z");

        Assert.Equal(expected, await FiguresAsync("2026-01-01"));
        var day = DateTime.Parse(time, null, System.Globalization.DateTimeStyles.AdjustToUniversal).ToString("yyyy-MM-dd", null);
        if (day != "2026-01-01" && string.CompareOrdinal(day, refreshDay) < 0)
            Assert.Equal("", await FiguresAsync(day));
    }

    [Fact]
    [Rule("MSG-19"), Rule("MSG-22")]
    public async Task Example_3_a_late_receipt_shows_at_its_message_and_changes_its_status()
    {
        await SentAsync(M1, Sent);
        await ReportAsync("DELIVERED", M1, "2026-01-09T12:00:00Z");

        var message = (await Messages.GetMessageAsync(new() { AgentId = Agent, MessageId = M1 }, cancellationToken: Cancellation)).Message;

        Assert.Equal((MessageStatus.Delivered, true, TimeOf("2026-01-09T12:00:00Z")), (message.Status, message.DeliveredLate, message.DeliveredTime));
    }

    [Fact]
    [Rule("MSG-20"), Rule("MSG-26")]
    public async Task Example_3_a_receipt_that_arrives_late_restates_its_day()
    {
        await SentAsync(M1, Sent);
        await ReportAsync("DELIVERED", M1, "2026-01-01T09:00:05Z");
        await RefreshAsync("2026-01-02T06:00:00Z");
        Assert.Empty((await RefreshAsync("2026-01-12T06:00:00Z")).RestatedDays);
        await ReportAsync("READ", M1, "2026-01-02T10:00:00Z");
        Assert.Equal("sent 1, delivered 1, revision 1", await FiguresAsync("2026-01-01"));

        var refresh = await RefreshAsync("2026-01-13T06:00:00Z");

        Assert.Equal(["2026-01-01"], refresh.RestatedDays);
        Assert.Equal((1, TimeOf("2026-01-13T00:00:00Z")), (refresh.RowsChanged, refresh.CutOffTime));
        Assert.Equal("sent 1, delivered 1, read 1, revision 2", await FiguresAsync("2026-01-01"));
        Assert.Equal((0, 0), ((await RefreshAsync("2026-01-14T06:00:00Z")).RowsChanged, (await RefreshAsync("2026-01-15T06:00:00Z")).RestatedDays.Count));
    }

    [Fact]
    [Rule("MSG-17")]
    public async Task Example_3_the_day_of_a_send_is_that_of_utc()
    {
        await SentAsync(M1, "2026-01-01T23:30:00-05:00");

        Assert.Equal("sent 1", await FiguresAsync("2026-01-02", AnalyticsView.Live));
    }

    [Fact]
    [Rule("MSG-8"), Rule("MSG-9"), Rule("MSG-24")]
    public async Task Example_4_receipts_wait_for_their_send_in_any_order()
    {
        await ReportAsync("READ", M1, "2026-01-02T10:00:00Z", "e-2");
        await ReportAsync("DELIVERED", M1, "2026-01-01T09:00:05Z", "e-1");
        await ReportAsync("DELIVERED", M1, "2026-01-01T09:00:05Z", "e-1");

        var before = await QueryDaysAsync("2026-01-01", "2026-01-02", AnalyticsView.Live);
        Assert.Equal((2, 1), (before.DataQuality.UnmatchedReceipts, before.DataQuality.Duplicates));
        Assert.All(before.Rows, row => Assert.Equal("", Figures(row)));
        var waiting = Assert.Single((await Messages.ListUnmatchedReceiptsAsync(new(), cancellationToken: Cancellation)).Receipts);
        Assert.Equal((M1, "DELIVERED READ", false), (waiting.MessageId, string.Join(' ', waiting.Kinds), waiting.GivenUp));

        await SentAsync(M1, Sent);

        Assert.Equal("sent 1, delivered 1, read 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        Assert.Equal(0, (await QueryDaysAsync("2026-01-01", "2026-01-02", AnalyticsView.Live)).DataQuality.UnmatchedReceipts);
    }

    [Fact]
    [Rule("MSG-24")]
    public async Task Receipts_that_waited_too_long_stay_listed_and_count_no_more()
    {
        await ReportAsync("DELIVERED", M1, "2026-01-01T09:00:05Z");
        await QueryAsync<int>("WITH aged AS (UPDATE insights.rbm_messages SET waiting_since = waiting_since - interval '31 days' RETURNING 1) SELECT count(*)::int FROM aged");

        await SentAsync(M1, Sent);

        Assert.Equal("sent 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        Assert.True(Assert.Single((await Messages.ListUnmatchedReceiptsAsync(new() { AgentId = Agent }, cancellationToken: Cancellation)).Receipts).GivenUp);
        await ReportAsync("READ", M1, "2026-01-02T09:00:00Z");
        Assert.Equal("sent 1, read 1, read_without_delivered 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
    }

    [Fact]
    [Rule("MSG-21")]
    public async Task The_earliest_receipt_counts_once_however_many_devices_report()
    {
        await SentAsync(M1, Sent);
        await ReportAsync("READ", M1, "2026-01-20T10:00:00Z");
        await ReportAsync("READ", M1, "2026-01-03T10:00:00Z");
        await ReportAsync("READ", M1, "2026-01-30T10:00:00Z");
        await ReportAsync("DELIVERED", M1, "2026-01-02T10:00:00Z");

        Assert.Equal("sent 1, delivered 1, read 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
    }

    [Fact]
    [Rule("MSG-23")]
    public async Task Example_10_a_receipt_takes_an_expiry_away_whichever_comes_first()
    {
        await SentAsync(M1, Sent);
        await ReportAsync("TTL_EXPIRATION_REVOKED", M1, "2026-01-01T12:00:00Z");
        Assert.Equal("sent 1, expired 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        Assert.Equal(MessageStatus.Expired, (await Messages.GetMessageAsync(new() { AgentId = Agent, MessageId = M1 }, cancellationToken: Cancellation)).Message.Status);
        await ReportAsync("DELIVERED", M1, "2026-01-01T11:00:00Z");
        Assert.Equal("sent 1, delivered 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));

        await SentAsync(M2, "2026-01-02T09:00:00Z");
        await ReportAsync("DELIVERED", M2, "2026-01-02T11:00:00Z");
        await ReportAsync("TTL_EXPIRATION_REVOKED", M2, "2026-01-02T12:00:00Z");
        await ReportAsync("TTL_EXPIRATION_REVOKE_FAILED", M2, "2026-01-02T12:00:01Z");

        Assert.Equal("sent 1, delivered 1, expire_failed 1", await FiguresAsync("2026-01-02", AnalyticsView.Live));
    }

    [Fact]
    [Rule("MSG-25")]
    public async Task A_receipt_before_its_send_is_of_the_first_day_and_warned_of()
    {
        await ReportAsync("DELIVERED", M1, "2025-12-31T23:59:59Z");
        await SentAsync(M1, Sent);

        Assert.Equal("sent 1, delivered 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        var warning = Assert.Single((await Warnings.ListWarningsAsync(new(), cancellationToken: Cancellation)).Warnings);
        Assert.Equal(("receipt_before_send", Agent), (warning.Code, warning.Field));
    }

    [Fact]
    [Rule("MSG-15")]
    public async Task A_message_that_the_platform_refused_is_listed_and_not_counted()
    {
        await SentAsync(M1, Sent, message => message.Accepted = false);

        Assert.Equal("", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        var listed = await Messages.ListMessagesAsync(new() { Filter = new() { StartDate = "2026-01-01", EndDate = "2026-01-01", PhoneNumber = User } }, cancellationToken: Cancellation);
        Assert.False(Assert.Single(listed.Messages).Sent.Accepted);
    }

    [Fact]
    [Rule("MSG-26")]
    public async Task The_default_view_shows_the_last_refresh_and_no_days_after_it()
    {
        var none = await QueryDaysAsync("2026-01-01", "2026-01-05");
        Assert.Empty(none.Rows);
        Assert.Null(none.AsOfTime);

        await SentAsync(M1, Sent);
        await RefreshAsync("2026-01-03T06:00:00Z");
        await SentAsync(M2, Sent);

        var shown = await QueryDaysAsync("2026-01-01", "2026-01-05");
        Assert.Equal(["2026-01-01", "2026-01-02"], shown.Rows.Select(row => row.Date));
        Assert.Equal(TimeOf("2026-01-03T00:00:00Z"), shown.AsOfTime);
        Assert.Equal("sent 1, revision 1", Figures(shown.Rows[0]));
        Assert.Equal("sent 2", await FiguresAsync("2026-01-01", AnalyticsView.Live));
    }

    [Fact]
    [Rule("MSG-26")]
    public async Task A_refresh_can_be_asked_for()
    {
        await SentAsync(M1, Sent);
        var refresh = (await Messages.RefreshAnalyticsAsync(new() { StartDate = "2026-01-01", EndDate = "2026-01-01" }, cancellationToken: Cancellation)).Refresh;

        await Eventually.TrueAsync(async () =>
            (await Messages.ListRefreshesAsync(new(), cancellationToken: Cancellation)).Refreshes.Single(r => r.RefreshNumber == refresh.RefreshNumber).FinishTime is not null);

        Assert.Equal("sent 1, revision 1", await FiguresAsync("2026-01-01"));
    }
}

/// <summary>With another window.</summary>
public sealed class WindowTests(TestServers servers) : MessageTest(servers)
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--Rbm:BackfillDays=9", "--Rbm:ReadImpliesDelivered=true"];

    [Fact]
    [Rule("MSG-18"), Rule("MSG-22")]
    public async Task Example_3_with_nine_days_the_ninth_counts_and_reading_can_imply_delivery()
    {
        await SentAsync(M1, "2026-01-01T09:00:00Z");
        await ReportAsync("READ", M1, "2026-01-09T00:00:00Z");

        Assert.Equal("sent 1, delivered 1, read 1", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        await RefreshAsync("2026-01-09T06:00:00Z");
        Assert.Equal("sent 1, revision 1", await FiguresAsync("2026-01-01"));
        await RefreshAsync("2026-01-10T06:00:00Z");
        Assert.Equal("sent 1, delivered 1, read 1, revision 2", await FiguresAsync("2026-01-01"));
    }
}
