using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;

namespace ContactCenter.CrmConnector.Tests.Rendering;

public sealed class FunctionTests
{
    private static readonly Session NoAgent = Examples.Call with { AgentEmail = null, Name = "Kim, (x)" };

    [Theory]
    [Rule("CRM-51")]
    [Rule("CRM-52")]
    [Rule("CRM-53")]
    [Rule("CRM-57")]
    [Rule("CRM-58")]
    [InlineData("=DEFAULT_VALUE({AGENT_EMAIL}, nobody@example.com)", "nobody@example.com")]
    [InlineData("=DEFAULT_VALUE({AGENT_EMAIL}, {FEEDBACK})", "")]
    [InlineData("=CONCAT_AND(a, {AGENT_EMAIL}, c)", "a and c")]
    [InlineData("=CONCAT_AND(CONCAT_OR(a, b), =DEFAULT_VALUE({AGENT_EMAIL}, c))", "a or b and c")]
    [InlineData("=CONCAT_OR(\"x, y\", p\\,q, (r,s))", "x, y or p,q or (r,s)")]
    [InlineData("=CONCAT_OR({NAME})", "Kim, (x)")]
    [InlineData(" = concat_or ( a , b ) ", "a or b")]
    [InlineData("=Default_Value({name}, x)", "Kim, (x)")]
    [InlineData("=CONCAT_OR(\" a \",b )", " a  or b")]
    [InlineData("=CONCAT_OR(\\{NAME}, \\=x, \\\"y\\\", {no variable})", "{NAME} or =x or \"y\" or {no variable}")]
    [InlineData("=CONCAT_OR(UPPER(a), =CONCAT_AND(b, c))", "UPPER(a) or b and c")]
    [InlineData("=CONCAT_OR(CONCAT_OR({FEEDBACK}), b)", "b")]
    [InlineData("=DEFAULT_VALUE({RATING}, none)", "5")]
    public void A_function_yields_what_the_example_says(string text, string result) => Assert.Equal(result, Evaluate(text, NoAgent).Text);

    [Fact]
    [Rule("CRM-51")]
    public void The_default_gives_way_to_a_value() =>
        Assert.Equal("jane.smith@example.com", Evaluate("=DEFAULT_VALUE({AGENT_EMAIL}, nobody@example.com)", Examples.Call).Text);

    [Fact]
    [Rule("CRM-55")]
    public void An_argument_with_an_empty_variable_vanishes_with_all_its_text()
    {
        Assert.Equal("c", Evaluate("=CONCAT_OR((Phone:equals:{FEEDBACK} {NAME}), c)", NoAgent).Text);
        Assert.Equal("c", Evaluate("=CONCAT_OR({NAME}, c)", NoAgent with { Name = "  " }).Text);
        Assert.Equal("c", Evaluate("=CONCAT_OR(\"\", c)", NoAgent).Text);
        Assert.Equal("  or c", Evaluate("=CONCAT_OR(\" \", c)", NoAgent).Text);
    }

    [Fact]
    [Rule("CRM-56")]
    public void A_single_remaining_argument_stands_alone() => Assert.Equal("b", Evaluate("=CONCAT_AND({FEEDBACK}, b)", NoAgent).Text);

    [Fact]
    [Rule("CRM-61")]
    public void Every_argument_says_its_value_or_which_variable_was_empty()
    {
        var result = Evaluate("=CONCAT_OR(a {NAME}, b {AGENT_EMAIL}, DEFAULT_VALUE({FEEDBACK}, c))", NoAgent);

        Assert.Equal(["a Kim, (x)", "", "c"], result.Arguments.Select(argument => argument.Text));
        Assert.Equal([null, Variables.AgentEmail, null], result.Arguments.Select(argument => argument.EmptyVariable));
        Assert.Equal([Variables.Feedback, null], result.Arguments[2].Arguments.Select(argument => argument.EmptyVariable));
    }

    [Theory]
    [Rule("CRM-60")]
    [InlineData("=CONCAT_OR({NAME})", "Kim\\, \\(x\\)")]
    [InlineData("=CONCAT_OR(a\\,b, DEFAULT_VALUE({FEEDBACK}, {NAME}))", "a,b or Kim\\, \\(x\\)")]
    [InlineData("=DEFAULT_VALUE({NAME}, x)", "Kim, (x)")]
    public void Operators_in_values_inside_of_a_concatenation_are_escaped_when_asked_for(string text, string result) =>
        Assert.Equal(result, Evaluate(text, NoAgent, escapeQueries: true).Text);

    [Theory]
    [Rule("CRM-44")]
    [Rule("CRM-59")]
    [InlineData("=CONCAT_OR(  )", 14)]
    [InlineData("=CONCAT_OR(a,)", 14)]
    [InlineData("=CONCAT_OR(a", 11)]
    [InlineData("=CONCAT_OR(a) b", 15)]
    [InlineData("=DEFAULT_VALUE(a)", 2)]
    [InlineData("=DEFAULT_VALUE(a,b,c)", 2)]
    [InlineData("=UPPER(a)", 2)]
    [InlineData("=CONCAT_OR(a\\b)", 13)]
    [InlineData("=CONCAT_OR((a)", 11)]
    [InlineData("=CONCAT_OR((a", 12)]
    [InlineData("=CONCAT_OR(\"a", 12)]
    [InlineData("=CONCAT_OR(a\"b)", 13)]
    [InlineData("=CONCAT_OR(=UPPER(a))", 13)]
    [InlineData("=CONCAT_OR(CONCAT_OR(a) b)", 25)]
    [InlineData("=CONCAT_OR", 11)]
    [InlineData("=", 2)]
    [InlineData("a\\", 2)]
    [InlineData("a\\b", 2)]
    public void A_wrong_value_is_refused_with_its_position(string text, int position)
    {
        var problem = Assert.Single(Problems(text));

        Assert.Equal((CrmErrors.Syntax, position), (problem.Reason, problem.Position));
    }

    [Fact]
    [Rule("CRM-52")]
    [Rule("CRM-58")]
    [Rule("CRM-59")]
    public void Functions_have_limits()
    {
        Assert.Empty(Problems($"=CONCAT_OR({string.Join(',', Enumerable.Repeat("a", 32))})"));
        Assert.Equal(2, Assert.Single(Problems($"=CONCAT_OR({string.Join(',', Enumerable.Repeat("a", 33))})")).Position);
        Assert.Empty(Problems(Nested(8)));
        Assert.Equal(82, Assert.Single(Problems(Nested(9))).Position);
        Assert.Empty(Problems(new string('a', 8_192)));
        Assert.Equal(8_193, Assert.Single(Problems(new string('a', 8_193))).Position);

        static string Nested(int depth) => "=" + string.Concat(Enumerable.Repeat("CONCAT_OR(", depth)) + "a" + new string(')', depth);
    }

    [Fact]
    [Rule("CRM-44")]
    [Rule("CRM-45")]
    public void Every_unknown_variable_is_named_with_its_position_and_the_nearest_name()
    {
        var problems = Problems("=CONCAT_OR({ACOUNT_ID}, x {PHONE_NUMBR} {phone_number}, {COMMENT_BODY}, {FILE_DATA})");

        Assert.Equal(
            [(CrmErrors.UnknownVariable, 12), (CrmErrors.UnknownVariable, 27), (CrmErrors.VariableNotAvailable, 57), (CrmErrors.VariableNotAvailable, 73)],
            problems.Select(problem => (problem.Reason, problem.Position)));
        Assert.Contains("{ACCOUNT_ID}", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("{PHONE_NUMBER}", problems[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [Rule("CRM-57")]
    [InlineData("\\=CONCAT_OR(a)", "=CONCAT_OR(a)")]
    [InlineData("a =b", "a =b")]
    [InlineData("\\{NAME} {not a name} {} { {NAME}", "{NAME} {not a name} {} { Kim, (x)")]
    [InlineData(" {name}, ({Name})", " Kim, (x), (Kim, (x))")]
    [InlineData("c:\\\\x \\, \\( \\) \\\" \\}", "c:\\x , ( ) \" }")]
    public void Text_stays_as_it_is_but_for_variables_and_escapes(string text, string result)
    {
        var template = Assert.IsType<Template>(Parse(text));

        Assert.Equal(result, template.Render(variable => Examples.Values(NoAgent).Value(variable).Text));
    }

    private static Evaluation Evaluate(string text, Session session, bool escapeQueries = false) =>
        new CallEvaluator(Examples.Values(session).Value, escapeQueries).Evaluate(Assert.IsType<Call>(Parse(text)));

    private static Expression? Parse(string text)
    {
        var problems = new List<ParseProblem>();
        var expression = ExpressionParser.ParseValue(text, Places.Endpoint, problems);
        Assert.Empty(problems);
        return expression;
    }

    private static List<ParseProblem> Problems(string text)
    {
        var problems = new List<ParseProblem>();
        ExpressionParser.ParseValue(text, Places.Endpoint, problems);
        return problems;
    }
}
