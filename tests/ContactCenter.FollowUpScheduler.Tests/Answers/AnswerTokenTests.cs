using ContactCenter.FollowUpScheduler.Answers;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Tests.Answers;

public sealed class AnswerTokenTests
{
    private const string First = "AQGYuPJMAHoxnV4_ahwrTVAA7nw6ZTJK_xFPR-7dklPoQg";
    private const string Second = "AQGYuPJMAHoxnV4_ahwrTVABZJZt1_3KEaFWJ0784JFStg";

    private static readonly Guid Notification = new("0198b8f2-4c00-7a31-9d5e-3f6a1c2b4d50");

    [Fact]
    [Rule("FUP-80")]
    public void Tokens_are_those_of_the_worked_example()
    {
        var tokens = Tokens(Examples.AnswerKey);

        Assert.Equal((First, Second), (tokens.Create(Notification, 0), tokens.Create(Notification, 1)));
        Assert.Equal((Notification, 1), tokens.Read(Second));
    }

    [Fact]
    [Rule("FUP-80")]
    public void A_token_with_any_other_character_is_none()
    {
        var tokens = Tokens(Examples.AnswerKey);

        Assert.All(Enumerable.Range(0, First.Length), i => Assert.Null(tokens.Read($"{First[..i]}{(First[i] == 'A' ? 'B' : 'A')}{First[(i + 1)..]}")));
        // The last character has bits that decode to nothing.
        Assert.Null(tokens.Read($"{First[..^1]}h"));
        Assert.Null(tokens.Read($"{First}="));
        Assert.Null(tokens.Read(""));
    }

    [Fact]
    [Rule("FUP-80")]
    public void Tokens_of_the_previous_key_are_still_read()
    {
        var other = Convert.ToBase64String(new byte[32]);

        Assert.Equal((Notification, 0), Tokens(other, Examples.AnswerKey).Read(First));
        Assert.Null(Tokens(other).Read(First));
    }

    private static AnswerTokens Tokens(string current, string previous = "") =>
        new(Options.Create(new FollowUpOptions { AnswerKeys = new() { Current = current, Previous = previous } }));
}
