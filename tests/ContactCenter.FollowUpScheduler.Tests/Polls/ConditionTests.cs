using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Steps;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Tests.Polls;

public sealed class ConditionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [Rule("FUP-25")]
    [Rule("FUP-26")]
    [InlineData("@{followup.data.s}", Operator.Equals, "Open", true)]
    [InlineData("@{followup.data.s}", Operator.Equals, "open", false)]
    [InlineData("@{followup.data.none}", Operator.Equals, "", false)]
    [InlineData("@{followup.data.none}", Operator.NotEquals, "x", true)]
    [InlineData("@{followup.data.none}", Operator.NotIn, "x", true)]
    [InlineData("@{followup.data.none}", Operator.NotExists, "", true)]
    [InlineData("@{followup.data.nil}", Operator.Exists, "", false)]
    [InlineData("@{followup.data.s}", Operator.Exists, "", true)]
    [InlineData("@{followup.data.s}", Operator.In, "New, Open", true)]
    [InlineData("a", Operator.In, "@{followup.data.tags}", true)]
    [InlineData("c", Operator.NotIn, "@{followup.data.tags}", true)]
    [InlineData("@{followup.data.tags}", Operator.Contains, "b", true)]
    [InlineData("@{followup.data.s}", Operator.Contains, "pe", true)]
    [InlineData("@{followup.data.s}", Operator.StartsWith, "Op", true)]
    [InlineData("@{followup.data.n}", Operator.Greater, "9", true)]
    [InlineData("@{followup.data.n}", Operator.GreaterOrEqual, "10.50", true)]
    [InlineData("@{followup.data.n}", Operator.Less, "9", false)]
    [InlineData("@{followup.data.n}", Operator.LessOrEqual, "10.5", true)]
    [InlineData("@{followup.data.at}", Operator.Greater, "2026-03-02T08:59:00+01:00", false)]
    [InlineData("@{followup.data.at}", Operator.OlderThan, "59", true)]
    [InlineData("@{followup.data.at}", Operator.NewerThan, "60", false)]
    [InlineData("@{followup.data.at}", Operator.NewerThan, "61", true)]
    public void A_clause_compares_as_its_operator_says(string left, Operator @operator, string right, bool holds)
    {
        var check = Check();
        Assert.Equal(holds, check.Holds(new() { Clauses = { new Clause { Left = left, Operator = @operator, Right = right } } }, Values()));
        Assert.Equal(0, check.TypeErrors);
    }

    [Fact]
    [Rule("FUP-26")]
    public void Unlike_types_are_false_and_counted()
    {
        var check = Check();
        Assert.False(check.Holds(new() { Match = Match.Any, Clauses = { Clause("@{followup.data.s}", "1"), Clause("@{followup.data.n}", "2026-03-02T08:00:00Z") } }, Values()));
        Assert.Equal(2, check.TypeErrors);
    }

    [Fact]
    [Rule("FUP-25")]
    public void All_or_any_of_the_clauses_have_to_hold()
    {
        Condition condition = new() { Match = Match.All, Clauses = { Clause("@{followup.data.n}", "1"), Clause("@{followup.data.n}", "11") } };
        Assert.False(Check().Holds(condition, Values()));
        condition.Match = Match.Any;
        Assert.True(Check().Holds(condition, Values()));
        Assert.True(Check().Holds(null, Values()));
    }

    private static Clause Clause(string left, string right) => new() { Left = left, Operator = Operator.Greater, Right = right };

    private static ConditionCheck Check() => new(new StoredFollowUp { Id = "x", Revision = 1, Definition = Examples.Approvals(), CreateTime = Now, UpdateTime = Now }, Now);

    private static TemplateValues Values()
    {
        var values = new TemplateValues();
        using var data = JsonDocument.Parse("""{"s":"Open","n":10.50,"nil":null,"tags":["a","b"],"at":"2026-03-02T07:00:00Z"}""");
        values.Set("followup", "data", data.RootElement.Clone());
        return values;
    }
}
