using ContactCenter.WfmConnector.AgentStates;

namespace ContactCenter.WfmConnector.Tests.AgentStates;

public sealed class StateMappingTests
{
    [Theory]
    [InlineData("Available", true, "AVAILABLE", null)]
    [InlineData("Anything else", true, "AVAILABLE", null)]
    [InlineData("offline", false, "LOGGED_OUT", null)]
    [InlineData("Logged Out", false, "LOGGED_OUT", null)]
    [InlineData("Lunch break", false, "UNAVAILABLE", "LUNCH_BREAK")]
    [InlineData(" -- Über mittag (2) ", false, "UNAVAILABLE", "BER_MITTAG_2")]
    [InlineData("休憩", false, "UNAVAILABLE", "WA12345")]
    [Rule("WFM-21"), Rule("WFM-23")]
    public void An_activity_means_what_its_name_says(string name, bool available, string state, string? code)
    {
        var kind = AgentStateKind.Of(name, available, AgentStateKind.ReasonCodeOf(name, "WA12345"));

        Assert.Equal((state, code, code is null ? null : name), (kind.State, kind.ReasonCode, kind.ReasonText));
    }

    [Fact]
    [Rule("WFM-23"), Rule("WFM-24")]
    public void Codes_have_at_most_64_characters_with_the_ending_that_tells_them_apart_too()
    {
        var code = AgentStateKind.ReasonCodeOf(new string('x', 100), "WA1");

        Assert.Equal(64, code.Length);
        Assert.Equal($"{new string('X', 59)}_cdef", AgentStateKind.OtherCode(code, "WA-abcdef"));
        Assert.Equal("BREAK_WA1", AgentStateKind.OtherCode("BREAK", "WA1"));
    }
}
