using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Recordings;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.Tests.Sessions;

namespace ContactCenter.InsightsEnrichment.Tests.Recordings;

public sealed class SegmentRecordingTests
{
    private const string Link = "https://media.example.com/1";
    private static readonly SessionForTask Granted = new() { RecordingLink = Link, RecordingPermission = "granted" };

    [Theory]
    [InlineData(false, false, "granted", null, "")]
    [InlineData(true, false, "granted", Link, "")]
    [InlineData(true, false, "not_asked", Link, "recording_without_consent:segment_link")]
    [InlineData(true, true, "not_asked", null, "")]
    [InlineData(true, true, "granted", Link, "")]
    [Rule("INS-55"), Rule("INS-57")]
    public void The_link_of_a_session_is_attached_as_the_switches_say(bool attach, bool requireConsent, string permission, string? expected, string warnings)
    {
        var timeline = Build(Examples.ColdTransfer(), new() { AttachAutomatically = attach, RequireConsent = requireConsent }, Granted with { RecordingPermission = permission });

        Assert.Equal([null, expected, null, expected], timeline.Segments.Select(segment => segment.Attributes.GetValueOrDefault("segment_link")));
        Assert.Equal(expected, timeline.RecordingToAttach);
        Assert.Equal(expected is null ? null : permission, timeline.Segments[3].RecordingPermission);
        Assert.Equal(warnings, string.Join(' ', timeline.Segments[3].Codes()));
    }

    [Fact]
    [Rule("INS-55"), Rule("INS-57")]
    public void A_link_in_the_attributes_wins_and_shows_the_permission_of_the_session()
    {
        var life = new TaskLife { Attributes = """{"conversations":{"segment_link":"https://own.example.com/1"}}""" }.Entered("10:00:00", "Level 1")
            .Offered("10:00:05", 1, "John Doe", "Level 1").Reserved("accepted", "10:00:09", 1, "John Doe", "Level 1").Reserved("completed", "10:01:00", 1, "John Doe", "Level 1").Completed("10:01:01");

        var timeline = Build(life, new() { AttachAutomatically = true }, Granted with { RecordingPermission = "denied" });

        Assert.Null(timeline.RecordingToAttach);
        Assert.Equal(("https://own.example.com/1", "denied"), (timeline.Segments[1].Attributes["segment_link"], timeline.Segments[1].RecordingPermission));
        Assert.Equal(["recording_without_consent:segment_link"], timeline.Segments[1].Codes());
        Assert.Empty(Build(life, new(), Granted).Segments[1].Codes());
    }

    [Fact]
    [Rule("INS-55")]
    public void A_recording_known_by_its_SID_leads_to_the_telephone_network_once_it_has_ended()
    {
        var life = new SessionLife(SessionKind.Call, 7)
            .At("10:00:00", "session.started", new { session_type = "Voice Inbound", task_sid = "WT1" })
            .At("10:00:20", "recording.started", new { recording_id = "RE1", permission = "granted" });
        Assert.Null(Said(life).RecordingLink);
        life.At("10:01:00", "recording.stopped", new { recording_id = "RE1" });
        Assert.Equal("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1", Said(life).RecordingLink);
        life.At("10:01:30", "media.added", new { media_id = 1, kind = "recording", location = Link });
        Assert.Equal((Link, "granted"), (Said(life).RecordingLink, Said(life).RecordingPermission));
    }

    private static SessionForTask Said(SessionLife life) => SessionForTask.Of(SessionRecord.Build(life.Name, life.Read()), "AC1", life.Read());

    private static TaskTimeline Build(TaskLife life, RecordingOptions options, params SessionForTask[] sessions) => TaskTimeline.Build(
        life.Events, SegmentRules.Default with { Recordings = options }, TaskSurroundings.None with { Additions = new() { Sessions = sessions } });
}
