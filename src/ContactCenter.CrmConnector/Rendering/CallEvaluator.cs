using System.Text;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>Works out functions (CRM-51 to CRM-58). Values are data: what they hold is never parsed (CRM-49).</summary>
/// <param name="values">What the variables stand for.</param>
/// <param name="escapeQueries">Whether a backslash protects operators in values inside of CONCAT functions (CRM-60).</param>
public sealed class CallEvaluator(Func<Variable, VariableValue> values, bool escapeQueries)
{
    private const string Operators = "\\(),";

    /// <summary>Works out a function.</summary>
    /// <param name="call">The function.</param>
    public Evaluation Evaluate(Call call) => Evaluate(call, concatenated: false);

    private Evaluation Evaluate(Expression expression, bool concatenated)
    {
        if (expression is Template template)
        {
            var empty = template.Variables.FirstOrDefault(variable => values(variable).IsEmpty);
            return new(empty is null ? template.Render(variable => Text(variable, concatenated)) : "", empty, []);
        }

        var call = (Call)expression;
        var arguments = call.Arguments.Select(argument => Evaluate(argument, concatenated || call.Function != Function.DefaultValue)).ToList();
        var given = arguments.Where(argument => argument.Text.Length > 0).Select(argument => argument.Text);
        var text = call.Function switch
        {
            Function.DefaultValue => given.FirstOrDefault() ?? "",
            Function.ConcatOr => string.Join(" or ", given),
            _ => string.Join(" and ", given),
        };
        return new(text, null, arguments);
    }

    private string Text(Variable variable, bool concatenated)
    {
        var text = values(variable).Text;
        if (!escapeQueries || !concatenated || text.AsSpan().IndexOfAny(Operators) < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var character in text)
            _ = Operators.Contains(character) ? escaped.Append('\\').Append(character) : escaped.Append(character);
        return escaped.ToString();
    }
}

/// <summary>What became of a function or of one of its arguments (CRM-61).</summary>
/// <param name="Text">The result; empty if there is none.</param>
/// <param name="EmptyVariable">The first variable of an argument that is empty; null if none is.</param>
/// <param name="Arguments">The arguments of a function, in order.</param>
public sealed record Evaluation(string Text, Variable? EmptyVariable, IReadOnlyList<Evaluation> Arguments);
