using System.Text;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Rendering;

namespace ContactCenter.CrmConnector.Tests.Answers;

public sealed class AnswerReaderTests
{
    [Theory]
    [Rule("CRM-41")]
    [Rule("CRM-42")]
    [InlineData("data.0.details", "id", """{"data":[{"details":{"id":"3000000012345"}}]}""", "3000000012345", false)]
    [InlineData("data[0].details", "id", """{"data":[{"details":{"id":"3000000012345"}}]}""", "3000000012345", false)]
    [InlineData("", "id", """{"id":123,"name":"Kim"}""", "123", true)]
    [InlineData("", "id", """[{"id":-5}]""", "-5", true)]
    [InlineData("[0][1]", "a[2]", """[[1,[{"a":[0,0,"x"]}]]]""", "x", false)]
    [InlineData("data", "id", """{"data":{"id":12345678901234567890123}}""", "12345678901234567890123", true)]
    public void An_id_is_read_where_the_locations_say(string data, string id, string answer, string expected, bool isNumber) =>
        Assert.Equal(new Answer(new VariableValue(expected, isNumber)), Read(data, id, answer));

    [Fact]
    [Rule("CRM-41")]
    public void The_first_of_several_matches_is_taken_with_a_warning() =>
        Assert.Equal(new Answer(VariableValue.Of(456L), Warning: "MULTIPLE_MATCHES"), Read("data", "id", """{"data":[{"id":456},{"id":7}]}"""));

    [Theory]
    [Rule("CRM-65")]
    [InlineData("data", "")]
    [InlineData("data", " \n")]
    [InlineData("data", "{}")]
    [InlineData("data", """{"data":null}""")]
    [InlineData("data", """{"data":[]}""")]
    [InlineData("data", "null")]
    [InlineData("data.0", """{"data":[]}""")]
    [InlineData("", "[]")]
    [InlineData("data.x", """{"data":7}""")]
    public void An_answer_without_a_match_says_that_nothing_was_found(string data, string answer) => Assert.Equal(new Answer(), Read(data, "id", answer));

    [Theory]
    [Rule("CRM-42")]
    [Rule("CRM-101")]
    [InlineData("""{"data":{}}""", "ID_MISSING")]
    [InlineData("""{"data":{"id":null}}""", "ID_MISSING")]
    [InlineData("""{"data":{"id":" "}}""", "ID_MISSING")]
    [InlineData("""{"data":[7]}""", "ID_MISSING")]
    [InlineData("""{"data":{"id":{}}}""", "ID_TYPE")]
    [InlineData("""{"data":{"id":[1]}}""", "ID_TYPE")]
    [InlineData("""{"data":{"id":true}}""", "ID_TYPE")]
    [InlineData("""{"data":{"id":1.5}}""", "ID_TYPE")]
    [InlineData("""{"data":{"id":1e3}}""", "ID_TYPE")]
    [InlineData("<html>", "NOT_JSON")]
    [InlineData("""{"data":{"id":1}""", "NOT_JSON")]
    public void An_answer_that_breaks_what_was_agreed_is_a_violation(string answer, string violation) =>
        Assert.Equal(new Answer(Violation: violation), Read("data", "id", answer));

    [Fact]
    [Rule("CRM-101")]
    public void An_answer_has_a_largest_size_and_depth()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 64)) + string.Concat(Enumerable.Repeat("]", 64));

        Assert.Null(Read("", "id", $$"""{"id":1,"a":"{{new string('a', (1 << 20) - 15)}}"}""").Violation);
        Assert.Equal("RESPONSE_TOO_LARGE", Read("", "id", $$"""{"id":1,"a":"{{new string('a', (1 << 20) - 14)}}"}""").Violation);
        Assert.Equal("ID_TYPE", Read("", "id", $$"""{"id":"{{new string('a', 32_769)}}"}""").Violation);
        Assert.Equal("ID_MISSING", Read("", "id", deep).Violation);
        Assert.Equal("TOO_DEEP", Read("", "id", $"[{deep}]").Violation);
    }

    [Theory]
    [Rule("CRM-44")]
    [InlineData("a..b", 3)]
    [InlineData(".", 1)]
    [InlineData("a[", 2)]
    [InlineData("a[x]", 2)]
    [InlineData("a[0]b", 5)]
    [InlineData("a]", 2)]
    [InlineData("a.[0]", 3)]
    public void A_location_that_cannot_be_is_refused_with_its_position(string text, int position)
    {
        Assert.Null(Location.Parse(text, out var error));
        Assert.Equal(position, error?.Position);
    }

    private static Answer Read(string data, string id, string answer) =>
        new AnswerReader(Location.Parse(data, out _)!, Location.Parse(id, out _)!).Read(Encoding.UTF8.GetBytes(answer));
}
