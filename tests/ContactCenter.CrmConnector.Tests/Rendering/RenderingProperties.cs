using System.Text;
using System.Text.Json;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Rendering;
using FsCheck;
using FsCheck.Fluent;
using ValueType = ContactCenter.Crm.V1.ValueType;

namespace ContactCenter.CrmConnector.Tests.Rendering;

public sealed class RenderingProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(1_000);

    /// <summary>Texts full of what has a meaning somewhere.</summary>
    private static readonly Gen<string> Texts = Gen.Elements(
            "{NAME}", "=CONCAT_OR(a)", "\\", "\"", "(", ")", ",", "{", "}", "=", "&", "?", "#", "/", "%41", "+", " ", "\n", "\0", "\u0001", "é", "😀", "\ud800", "<", "a", "B1", "..")
        .ArrayOf().Select(string.Concat);

    private static readonly Gen<TemplatePart> Parts = Gen.OneOf(
        Texts.Select(text => new TemplatePart(text, null, 0)),
        Gen.Elements(Variables.All.Where(variable => variable.Places.HasFlag(Places.Endpoint)).ToArray()).Select(variable => new TemplatePart("", variable, 0)));

    private static readonly Gen<Template> Templates = Parts.ArrayOf().Select(parts => Joined(parts));

    [Fact]
    [Rule("CRM-57")]
    public void What_is_written_down_is_parsed_to_the_same()
    {
        Prop.ForAll(Expressions(4).ToArbitrary(), expression =>
        {
            var problems = new List<ParseProblem>();
            var parsed = ExpressionParser.ParseValue((expression is Call ? "=" : "") + Print(expression), Places.Endpoint, problems);
            return problems.Count == 0 && parsed is not null && Print(parsed) == Print(expression);
        }).Check(Runs);
    }

    [Fact]
    [Rule("CRM-44")]
    public void Parsing_any_text_ends_with_a_value_or_with_a_position_in_it()
    {
        Prop.ForAll(Texts.Select(text => "=CONCAT_OR(" + text).ToArbitrary(), text =>
        {
            var problems = new List<ParseProblem>();
            var parsed = ExpressionParser.ParseValue(text, Places.Endpoint, problems);
            return (parsed is not null || problems.Count > 0) && problems.TrueForAll(problem => problem.Position >= 1 && problem.Position <= text.Length + 1);
        }).Check(Runs);
    }

    [Fact]
    [Rule("CRM-49")]
    public void What_comes_from_a_variable_is_never_parsed_again()
    {
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var value = VariableValue.Of(text);
            var plain = ((Template)Parse("<{NAME}>")).Render(_ => value.Text);
            var call = new CallEvaluator(_ => value, escapeQueries: false).Evaluate((Call)Parse("=CONCAT_OR({NAME}, CONCAT_AND({NAME}, b))")).Text;
            return plain == $"<{value.Text}>" && call == (value.IsEmpty ? "b" : $"{value.Text} or {value.Text} and b");
        }).Check(Runs);
    }

    [Fact]
    [Rule("CRM-37")]
    [Rule("CRM-38")]
    public void Any_value_renders_into_valid_JSON_that_reads_back_as_the_value()
    {
        var endpoint = Examples.Post(
            Examples.Parameter("one", "{FEEDBACK}"),
            Examples.Parameter("mixed", "x{FEEDBACK}"),
            new() { Key = "json", Type = ValueType.Json, Value = """{"in":"a {FEEDBACK} \"b\" \\{FEEDBACK}","out":{FEEDBACK}}""" });
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var value = VariableValue.Of(text);
            var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Text));
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(Render(endpoint, value).Body));
            var root = document.RootElement;
            return root.GetProperty("mixed").GetString() == "x" + expected
                && root.GetProperty("json").GetProperty("in").GetString() == $"a {expected} \"b\" \\{expected}"
                && (value.IsEmpty
                    ? !root.TryGetProperty("one", out _) && root.GetProperty("json").GetProperty("out").ValueKind == JsonValueKind.Null
                    : root.GetProperty("one").GetString() == expected && root.GetProperty("json").GetProperty("out").GetString() == expected);
        }).Check(Runs);
    }

    [Fact]
    [Rule("CRM-35")]
    [Rule("CRM-40")]
    public void Any_value_renders_into_a_URL_that_reads_back_as_the_value_and_leads_nowhere_else()
    {
        var endpoint = new Endpoint
        {
            Method = RequestMethod.Get,
            Url = "https://crm.example.com/v2/{FEEDBACK}/x?a={FEEDBACK}",
            Parameters = { Examples.Parameter("b", "({FEEDBACK})") },
        };
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var value = VariableValue.Of(text);
            var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Text));
            var request = Render(endpoint, value);
            if (value.IsEmpty || value.Text is "..")
                return request.Refusal is not null;
            var encoded = Uri.EscapeDataString(expected);
            return request.Url == $"https://crm.example.com/v2/{encoded}/x?a={encoded}&b=%28{encoded}%29"
                && new Uri(request.Url).Host == "crm.example.com" && new Uri(request.Url).Segments.Length == 4 && Uri.UnescapeDataString(encoded) == expected;
        }).Check(Runs);
    }

    private static RequestText Render(Endpoint endpoint, VariableValue value) =>
        new EndpointReader(Examples.Guard, new(), escapeQueries: false).Read(EndpointKind.CreateRecord, endpoint, "endpoint")!.Render(_ => value);

    private static Expression Parse(string text) => ExpressionParser.ParseValue(text, Places.Endpoint, [])!;

    private static Gen<Expression> Expressions(int depth)
    {
        var templates = Templates.Select(template => (Expression)template);
        return depth == 0
            ? templates
            : Gen.OneOf(templates, from function in Gen.Elements(Enum.GetValues<Function>())
                                   from arguments in Expressions(depth - 1).ArrayOf(2)
                                   select (Expression)new Call(function, arguments));
    }

    // Neighbouring texts are one part, and a part has some text.
    private static Template Joined(TemplatePart[] parts)
    {
        var joined = new List<TemplatePart>();
        foreach (var part in parts.Where(part => part.Variable is not null || part.Text.Length > 0))
        {
            if (part.Variable is null && joined is [.., { Variable: null } last])
                joined[^1] = last with { Text = last.Text + part.Text };
            else
                joined.Add(part);
        }

        return new(joined);
    }

    private static string Print(Expression expression) => expression switch
    {
        Call { Function: Function.DefaultValue } call => $"DEFAULT_VALUE({Arguments(call)})",
        Call { Function: Function.ConcatOr } call => $"CONCAT_OR({Arguments(call)})",
        Call call => $"CONCAT_AND({Arguments(call)})",
        _ => string.Concat(((Template)expression).Parts.Select(part => part.Variable?.ToString() ?? Escape(part.Text))),
    };

    private static string Arguments(Call call) => string.Join(", ", call.Arguments.Select(argument => argument is Call ? Print(argument) : $"\"{Print(argument)}\""));

    private static string Escape(string text) => string.Concat(text.Select(character => "\\,(){}\"=".Contains(character) ? $"\\{character}" : character.ToString()));
}
