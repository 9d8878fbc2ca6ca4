using System.Text;
using System.Text.Json;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Tests.Templates;

public sealed class TemplateTests
{
    private const string Record = """{"no":"INC1","amount":12.50,"ok":true,"by":null,"tags":["a","b"],"x y":"z","t":"@{global.g}","q\"\\":"k"}""";

    [Theory]
    [Rule("FUP-29")]
    [Rule("FUP-33")]
    [Rule("FUP-34")]
    [InlineData("@{followup.data.no}: @{followup.data.amount}", "INC1: 12.50")]
    [InlineData("@{followup.data.tags[1]}/@{followup.data[\"x y\"]}", "b/z")]
    [InlineData("@{followup.data.by}", "")]
    [InlineData("@{followup.data.none|n.a.}", "n.a.")]
    [InlineData("@{followup.data.none}", "")]
    [InlineData("@{followup.data.tags}", """["a","b"]""")]
    [InlineData("@{followup.data.t}", "@{global.g}")]
    [InlineData("@{followup.data.ok}", "true")]
    [InlineData("@{{local.a}", "@{local.a}")]
    [InlineData("a@b {c}", "a@b {c}")]
    [InlineData("@@{followup.data.no}", "@INC1")]
    [InlineData("@{followup.data[\"q\\\"\\\\\"]}", "k")]
    [InlineData("@{followup.data.tags[2]|}", "")]
    [InlineData("@{followup.data.no.deeper|x}", "x")]
    public void A_template_is_rendered_as_in_the_worked_example(string template, string text) => Assert.Equal(text, Template.Stored(template).Render(Values()));

    [Theory]
    [Rule("FUP-32")]
    [InlineData("@{Local.a}", 3)]
    [InlineData("@{local}", 8)]
    [InlineData("@{local.a", 1)]
    [InlineData("x @{local.a[01]}", 13)]
    [InlineData("@{local.a[100000]}", 11)]
    [InlineData("@{local.9}", 9)]
    [InlineData("@{other.a}", 3)]
    [InlineData("@{local.a[\"\"]}", 11)]
    [InlineData("@{local.a[\"b\\n\"]}", 11)]
    [InlineData("@{local.a[\"b", 11)]
    [InlineData("@{local.a|b", 1)]
    [InlineData("@{local.a]}", 10)]
    public void A_wrong_template_is_refused_at_its_character(string template, int position)
    {
        Assert.Null(Template.Parse(template, out var problem));
        Assert.Equal(position, problem!.Position);
    }

    [Fact]
    [Rule("FUP-29")]
    [Rule("FUP-32")]
    public void Lengths_and_counts_have_limits()
    {
        Assert.NotNull(Template.Parse(string.Concat(Enumerable.Repeat("@{local.a}", 100)), out _));
        Assert.Null(Template.Parse(string.Concat(Enumerable.Repeat("@{local.a}", 101)), out _));
        Assert.NotNull(Template.Parse(new string('x', 8_192), out _));
        Assert.Null(Template.Parse(new string('x', 8_193), out _));
        Assert.NotNull(Template.Parse($"@{{local.{new string('a', 64)}}}", out _));
        Assert.Null(Template.Parse($"@{{local.{new string('a', 65)}}}", out _));
        Assert.NotNull(Template.Parse($"@{{local.a{string.Concat(Enumerable.Repeat(".b", 15))}}}", out _));
        Assert.Null(Template.Parse($"@{{local.a{string.Concat(Enumerable.Repeat(".b", 16))}}}", out _));
        Assert.Null(Template.Parse($"@{{local.a|{new string('x', 201)}}}", out _));
        var values = new TemplateValues();
        values.Set("local", "a", new string('x', 40_000));
        Assert.Equal("VALUE_TOO_LARGE", Assert.Throws<RenderException>(() => Template.Stored("@{local.a}@{local.a}").Render(values)).Reason);
    }

    [Fact]
    [Rule("FUP-18")]
    [Rule("FUP-34")]
    public void A_lone_reference_keeps_its_JSON_type()
    {
        Assert.Equal(JsonValueKind.Array, Template.Stored("@{followup.data.tags}").Value(Values())!.Value.ValueKind);
        Assert.Equal("12.50", Template.Stored("@{followup.data.amount}").Value(Values())!.Value.GetRawText());
        Assert.Equal(JsonValueKind.String, Template.Stored(" @{followup.data.tags}").Value(Values())!.Value.ValueKind);
        Assert.Null(Template.Stored("@{followup.data.none}").Value(Values()));
    }

    [Fact]
    [Rule("FUP-35")]
    public void A_missing_value_is_an_error_where_one_is_required_and_counted_elsewhere()
    {
        var values = Values();
        Assert.Equal("VALUE_MISSING", Assert.Throws<RenderException>(() => Template.Stored("@{followup.data.none}").RenderRequired(values)).Reason);
        Assert.Equal("x", Template.Stored("@{followup.data.none|x}").RenderRequired(values));
        Template.Stored("@{followup.data.none}@{followup.data.no}").Render(new TemplateValues(values));
        Assert.Equal(1, values.Missing);
    }

    [Fact]
    [Rule("FUP-36")]
    public void Values_are_encoded_for_their_place()
    {
        var values = Values();
        values.Set("local", "v", "a&b c/\"\n");
        Assert.Equal("https://h.example/q?id=a%26b%20c%2F%22%0A", UrlTemplate.Parse("https://h.example/q?id=@{local.v}", out _)!.Render(values));
        Assert.Equal(
            """{"text":"a\u0026b c/\u0022\n","number":12.50,"all":["a","b"],"fixed":1}""",
            Encoding.UTF8.GetString(JsonTemplate.Parse("""{"text":"@{local.v}","number":"@{followup.data.amount}","all":"@{followup.data.tags}","fixed":1}""", out _)!.Render(values)));
        Assert.Equal("CONTROL_CHARACTER", Assert.Throws<RenderException>(() => RenderException.SingleLine(Template.Stored("@{local.v}").Render(values))).Reason);
        Assert.Null(JsonTemplate.Parse("""{"a":@{local.v}}""", out _));
        Assert.Null(JsonTemplate.Parse("""{"a":"@{local"}""", out _));
    }

    [Theory]
    [Rule("FUP-36")]
    [InlineData("https://@{local.host}/q")]
    [InlineData("@{local.url}")]
    [InlineData("https://h.example@{local.x}")]
    [InlineData("https://h.example:@{local.port}/")]
    public void Scheme_host_and_port_hold_no_references(string url) => Assert.Null(UrlTemplate.Parse(url, out _));

    private static TemplateValues Values()
    {
        var values = new TemplateValues();
        using var data = JsonDocument.Parse(Record);
        values.Set("followup", "data", data.RootElement.Clone());
        values.Set("global", "g", "global");
        return values;
    }
}
