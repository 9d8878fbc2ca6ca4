namespace ContactCenter.InsightsEnrichment.Tests.Agents;

public sealed class StatusSegmentTests(TestServers servers) : AgentTest(servers)
{
    /// <summary>Example EX-12.</summary>
    [Fact]
    [Rule("INS-96")]
    [Rule("INS-97")]
    public async Task A_status_ends_where_the_next_begins_and_a_lost_one_is_reconstructed()
    {
        var worker = new WorkerLife().Changed("00:19:00", "Available").Changed("00:34:55", "Lunch", "Available", 955);
        await SendAsync(worker.Forms);
        await SettledAsync();
        Assert.Equal(["Available|0:19:00|0:34:55|955|", "Lunch|0:34:55|||"], await StatusAsync(worker.WorkerSid));
        Assert.Equal(0, await WarningsAsync("activity_time_mismatch"));

        worker.Changed("01:00:00", "Available", "Busy", 600);
        await SendAsync(worker.Forms.Skip(2));
        await SettledAsync();
        Assert.Equal(
            ["Available|0:19:00|0:34:55|955|", "Lunch|0:34:55|0:50:00|905|", "Busy|0:50:00|1:00:00|600|reconstructed", "Available|1:00:00|||"],
            await StatusAsync(worker.WorkerSid));
        Assert.Equal(1, await WarningsAsync("activity_time_mismatch"));
    }

    [Theory]
    [Rule("INS-97")]
    [InlineData(601.9, "Available|0:00:00|0:10:00|600|")]
    [InlineData(598.1, "Available|0:00:00|0:10:00|600|")]
    [InlineData(900, "Available|0:00:00|0:10:00|600|")]
    [InlineData(100, "Available|0:00:00|0:08:20|500|;Available|0:08:20|0:10:00|100|reconstructed")]
    public async Task Only_a_difference_of_more_than_two_seconds_means_a_lost_event(double reported, string expected)
    {
        var worker = new WorkerLife().Changed("00:00:00", "Available").Changed("00:10:00", "Lunch", "Available", reported);
        await SendAsync(worker.Forms);
        await SettledAsync();

        Assert.Equal([.. expected.Split(';'), "Lunch|0:10:00|||"], await StatusAsync(worker.WorkerSid));
        Assert.Equal(Math.Abs(reported - 600) > 2 ? 1 : 0, await WarningsAsync("activity_time_mismatch"));
    }

    [Fact]
    [Rule("INS-15")]
    [Rule("INS-96")]
    public async Task Any_order_and_repetition_of_the_events_gives_the_same_segments()
    {
        var random = new Random(5);
        var lives = Enumerable.Range(1, 6).Select(number => new WorkerLife(number)
            .Created("08:00:00", "Offline").Changed("08:30:00", "Available", "Offline", 1800).Changed("09:00:00", "Lunch", "Available", 1800)
            .Changed("09:50:00", "Available", "Training", 900).Changed("10:00:00", "Busy", "Available", 600).Changed("10:00:00", "Available", "Busy", 0)
            .Changed("11:00:00", "Offline", "Available", 3600).Deleted("12:00:00")).ToList();

        await SendAsync(lives[0].Forms);
        foreach (var life in lives.Skip(1))
        {
            // Each event by itself, in any order, some of them twice.
            var events = life.Forms.Concat(life.Forms.Take(3)).ToArray();
            random.Shuffle(events);
            foreach (var form in events)
            {
                await SendAsync([form]);
                await SettledAsync();
            }
        }

        await SettledAsync();
        var expected = await StatusAsync(lives[0].WorkerSid);
        Assert.Equal(
            [
                "Offline|8:00:00|8:30:00|1800|", "Available|8:30:00|9:00:00|1800|", "Lunch|9:00:00|9:35:00|2100|", "Training|9:35:00|9:50:00|900|reconstructed",
                "Available|9:50:00|10:00:00|600|",
            ], expected.Take(5));
        Assert.Equal("Offline|11:00:00|12:00:00|3600|", expected[^1]);
        foreach (var life in lives.Skip(1))
            Assert.Equal(expected.Order(), (await StatusAsync(life.WorkerSid)).Order());
    }
}
