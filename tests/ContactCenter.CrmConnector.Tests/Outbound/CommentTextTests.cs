using System.Text.Json;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Sessions;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>The bodies of comments (section 7, E10).</summary>
public sealed class CommentTextTests
{
    private readonly SessionSheet _sheet = SessionSheet.Parse("{}");

    [Fact]
    [Rule("CRM-114")]
    [Rule("CRM-115")]
    public void Html_has_breaks_and_escapes_every_value()
    {
        Note("Rating/1", new { rating = 5, feedback = "<b>ok</b> & fine" });

        Assert.Equal(["Rating: 5/5\nFeedback: <b>ok</b> & fine"], Bodies("Rating/1"));
        Assert.Equal(["<p>Rating: 5/5<br>Feedback: &lt;b&gt;ok&lt;/b&gt; &amp; fine</p>"], Bodies("Rating/1", html: true));
    }

    [Fact]
    [Rule("CRM-115")]
    public void Lines_without_a_value_are_left_out()
    {
        Note("Rating/1", new { rating = 3 });
        Note("Disposition/1", "sold");
        Note("Transfer/4/from", "jane.smith@example.com");
        Note("Transfer/4/to", "Orders");
        Note("Survey/1", new[] { new { question = "Did we help?", answer = "yes" }, new { question = "Again?", answer = "" } });
        Note("CustomData/1/secured", new { tier = new { label = "Tier", value = "gold" }, empty = "" });
        Note("CustomData/1/unsecured", new { number = 7 });

        Assert.Equal(["Voice Inbound (IVR) 1418 started"], Bodies("Start"));
        Assert.Equal(["Rating: 3/5"], Bodies("Rating/1"));
        Assert.Equal(["Disposition: sold"], Bodies("Disposition/1"));
        Assert.Equal(["Transferred from jane.smith@example.com to Orders"], Bodies("Transfer/4"));
        Assert.Equal(["Q: Did we help?\nA: yes\nQ: Again?"], Bodies("Survey/1"));
        Assert.Equal(["Custom data\nTier: gold\nnumber: 7"], Bodies("CustomData/1"));
    }

    [Fact]
    [Rule("CRM-116")]
    public void A_long_body_is_sent_in_numbered_parts()
    {
        Note("Rating/1", new { rating = 1, feedback = new string('a', 100_000) });

        var parts = Bodies("Rating/1");

        Assert.Equal(2, parts.Count);
        Assert.StartsWith("(1/2) Rating: 1/5\nFeedback: a", parts[0], StringComparison.Ordinal);
        Assert.StartsWith("(2/2) a", parts[1], StringComparison.Ordinal);
        Assert.All(parts, part => Assert.InRange(part.Length, 1, 65_000));
        Assert.All(Bodies("Rating/1", html: true), part => Assert.InRange(part.Length, 1, 65_000));
    }

    [Fact]
    [Rule("CRM-162")]
    public void Of_a_fact_the_newest_counts_in_whatever_order_it_comes()
    {
        var time = Telling.Start;
        foreach (var (value, minute, sequence) in new[] { ("second", 2, 1), ("first", 1, 9), ("third", 2, 3), ("between", 2, 2) })
            _sheet.Note("Lang", value, time.AddMinutes(minute), sequence);
        var copy = SessionSheet.Parse(_sheet.ToString());

        Assert.Equal("third", copy.Get<string>("Lang"));
        Assert.Equal(_sheet.ToString(), copy.ToString());
    }

    private void Note(string name, object value) => _sheet.Note(name, JsonSerializer.SerializeToElement(value), Telling.Start, 1);

    private IReadOnlyList<string> Bodies(string source, bool html = false)
    {
        var session = new Session { SessionId = 1418, Channel = Channel.Call, SessionType = "Voice Inbound (IVR)" };
        return new CommentText(_sheet, new SessionVariables(session, new PhoneFormatter(PhoneFormat.E164, "1"), PhoneForm.Creation, null, null, "")).Bodies(source, html);
    }
}
