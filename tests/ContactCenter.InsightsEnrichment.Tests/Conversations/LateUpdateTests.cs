using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class LateUpdateTests
{
    [Theory]
    [InlineData("11:01:59", "https://r.example.com/1", null)]
    [InlineData("11:02:00", "https://r.example.com/1", null)]
    [InlineData("11:02:01", null, "media_link_late:segment_link")]
    [Rule("INS-36"), Rule("INS-35")]
    public void A_link_counts_up_to_120_seconds_after_the_completion_and_nothing_else_does(string time, string? link, string? warning)
    {
        var life = Handled("""{"conversations":{"outcome":"Sold"}}""");
        life.Attributes = """{"conversations":{"outcome":"Returned","segment_link":"https://r.example.com/1"}}""";
        life.Add("task.updated", time);

        var segments = TaskTimeline.Build(life.Events).Segments;
        Assert.All(segments.Where(segment => segment.Kind == SegmentKind.Conversation), segment =>
            Assert.Equal((link, "Sold"), (segment.Attributes.GetValueOrDefault("segment_link"), segment.Attributes["outcome"])));
        Assert.Equal(warning is null ? ["late_attributes:outcome"] : ["late_attributes:outcome", warning], segments[^1].Codes());
        Assert.Empty(segments[1].Codes());
    }

    [Fact]
    [Rule("INS-36")]
    public void A_late_link_replaces_that_of_the_last_handling_only()
    {
        var life = Handled("""{"conversations":{"segment_link":"https://r.example.com/old"}}""");
        life.Attributes = """{"conversations":{"segment_link":"https://r.example.com/new"}}""";
        life.Add("task.updated", "11:00:30");
        // Nothing changes by what was known already.
        life.Add("task.updated", "11:30:00");

        var handled = TaskTimeline.Build(life.Events).Segments.Where(segment => segment.Kind == SegmentKind.Conversation).ToList();
        Assert.Equal(["https://r.example.com/old", "https://r.example.com/new"], handled.Select(segment => segment.Attributes["segment_link"]));
        Assert.Empty(handled[1].Codes());
    }

    [Fact]
    [Rule("INS-34"), Rule("INS-36")]
    public void The_link_of_an_abandoned_task_goes_to_where_the_customer_gave_up()
    {
        var life = new TaskLife().Entered("10:59:00", "Level 1").Canceled("11:00:00", "hangup");
        life.Attributes = """{"conversations":{"media":[{"url":"https://r.example.com/voicemail"}]}}""";
        life.Add("task.updated", "11:01:00");

        Assert.True(Assert.Single(TaskTimeline.Build(life.Events).Segments, segment => segment.Kind == SegmentKind.Conversation).Attributes.ContainsKey("media"));
        Assert.Equal(["media_link_late:media"], TaskTimeline.Build(life.Events, SegmentRules.Default with { LateWindow = TimeSpan.FromSeconds(59) }).Segments[^1].Codes());
    }

    [Fact]
    [Rule("INS-34"), Rule("INS-35")]
    public void Changes_while_the_task_is_handled_are_seen_with_its_completion()
    {
        var life = new TaskLife { Attributes = """{"conversations":{"campaign":"offered"}}""" }
            .Entered("10:00:00", "Level 1").Offered("10:00:01", 1, "John Doe", "Level 1").Reserved("accepted", "10:00:02", 1, "John Doe", "Level 1");
        Assert.Equal("offered", TaskTimeline.Build(life.Events).Segments[1].Attributes["campaign"]);

        life.Attributes = """{"conversations":{"campaign":"talking"}}""";
        life.Add("task.updated", "10:01:00");
        Assert.Equal("offered", TaskTimeline.Build(life.Events).Segments[1].Attributes["campaign"]);

        life.Reserved("completed", "10:02:00", 1, "John Doe", "Level 1");
        Assert.All(TaskTimeline.Build(life.Events).Segments, segment => Assert.Equal("talking", segment.Attributes["campaign"]));
        Assert.All(TaskTimeline.Build(life.Events).Segments, segment => Assert.Empty(segment.Codes()));
    }

    [Fact]
    [Rule("INS-37"), Rule("INS-39")]
    public void The_stated_reason_is_kept_where_another_outcome_wins()
    {
        var reason = Handled("""{"reason":"from the attributes"}""");
        Assert.Equal("from the attributes", TaskTimeline.Build(reason.Events).Segments[^1].Attributes["outcome"]);

        var segments = TaskTimeline.Build(Handled("""{"conversations":{"outcome":"Sold"},"reason":"from the attributes"}""").Events).Segments;
        Assert.Equal(("Sold", "done", EndedAs.Completed), (segments[^1].Attributes["outcome"], segments[^1].EndReason, segments[^1].EndedAs));
        Assert.All(segments.SkipLast(1), segment => Assert.Null(segment.EndReason));
    }

    private static TaskLife Handled(string attributes)
    {
        var life = new TaskLife { Attributes = attributes };
        foreach (var (reservation, minute) in new[] { (1, 50), (2, 55) })
        {
            life.Entered($"10:{minute}:00", $"Level {reservation}").Offered($"10:{minute}:01", reservation, "John Doe", $"Level {reservation}")
                .Reserved("accepted", $"10:{minute}:02", reservation, "John Doe", $"Level {reservation}")
                .Reserved("completed", $"10:{minute + 4}:00", reservation, "John Doe", $"Level {reservation}");
        }

        return life.Completed("11:00:00", "done");
    }
}
