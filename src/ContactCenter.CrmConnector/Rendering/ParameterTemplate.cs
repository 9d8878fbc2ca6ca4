using System.Text;
using ContactCenter.Crm.V1;
using ValueType = ContactCenter.Crm.V1.ValueType;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>A parameter of a request, parsed.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">What it says.</param>
/// <param name="Type">Its type in JSON.</param>
/// <param name="OnEmpty">What to do when it has variables and is empty.</param>
public sealed record ParameterTemplate(string Key, Expression Value, ValueType Type, OnEmpty OnEmpty)
{
    private static readonly VariableValue Sample = new("0", IsNumber: true);

    /// <summary>Whether a value of type JSON is JSON, whatever the values of its variables are.</summary>
    public bool IsJson => Value is Template template && JsonText.IsValid(Json(template, _ => Sample));

    /// <summary>Whether it is exactly the content of a file.</summary>
    public bool IsFile => Value is Template { Parts: [{ Variable: { } only }] } && only == Variables.FileData;

    /// <summary>Puts values in the place of the variables.</summary>
    /// <param name="values">What the variables stand for.</param>
    /// <param name="functions">Works out functions.</param>
    public RenderedParameter Render(Func<Variable, VariableValue> values, CallEvaluator functions)
    {
        if (Value is Call call)
            return functions.Evaluate(call).Text is { Length: > 0 } result ? Typed(result, isNumber: false) : RenderedParameter.Dropped;
        var template = (Template)Value;
        if (Type == ValueType.Json)
            return new(ParameterOutcome.Sent, template.Render(variable => values(variable).Text), Json(template, values));
        var text = template.Render(variable => values(variable).Text);
        if (string.IsNullOrWhiteSpace(text) && template.Variables.Any())
        {
            return OnEmpty switch
            {
                OnEmpty.EmptyString => new(ParameterOutcome.Sent, "", "\"\""),
                OnEmpty.Null => new(ParameterOutcome.Sent, "", "null"),
                OnEmpty.Fail => RenderedParameter.Empty,
                _ => RenderedParameter.Dropped,
            };
        }

        return Typed(text, template switch
        {
            { Literal: { } literal } => JsonText.IsNumber(literal),
            { Parts: [{ Variable: { } only }] } => values(only).IsNumber,
            _ => false,
        });
    }

    private RenderedParameter Typed(string text, bool isNumber) => Type switch
    {
        ValueType.Number => JsonText.IsNumber(text) ? new(ParameterOutcome.Sent, text, text) : RenderedParameter.WrongType,
        ValueType.Boolean => bool.TryParse(text, out var value) ? new(ParameterOutcome.Sent, text, value ? "true" : "false") : RenderedParameter.WrongType,
        ValueType.Unspecified when isNumber => new(ParameterOutcome.Sent, text, text),
        _ => new(ParameterOutcome.Sent, text, JsonText.Quote(text)),
    };

    // Inside of a string a value is escaped; elsewhere it stands as a value of its own, so that no text breaks the JSON around it.
    private static string Json(Template template, Func<Variable, VariableValue> values)
    {
        var json = new StringBuilder();
        var inString = false;
        foreach (var part in template.Parts)
        {
            if (part.Variable is { } variable)
            {
                var value = values(variable);
                json.Append(inString ? JsonText.Escape(value.Text) : value.IsEmpty ? "null" : value.IsNumber ? value.Text : JsonText.Quote(value.Text));
                continue;
            }

            for (var i = 0; i < part.Text.Length; i++)
            {
                if (inString && part.Text[i] == '\\')
                    i++;
                else if (part.Text[i] == '"')
                    inString = !inString;
            }

            json.Append(part.Text);
        }

        return json.ToString();
    }
}

/// <summary>What becomes of a parameter.</summary>
public enum ParameterOutcome
{
    /// <summary>It is sent.</summary>
    Sent,

    /// <summary>It is left out.</summary>
    Dropped,

    /// <summary>It is empty, so that the request is held.</summary>
    Empty,

    /// <summary>Its value has not the demanded type, so that the request is held.</summary>
    WrongType,
}

/// <summary>A parameter with values.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Text">As it stands in a query.</param>
/// <param name="Json">As it stands in a body.</param>
public sealed record RenderedParameter(ParameterOutcome Outcome, string Text, string Json)
{
    /// <summary>It is left out.</summary>
    public static RenderedParameter Dropped { get; } = new(ParameterOutcome.Dropped, "", "");

    /// <summary>It is empty.</summary>
    public static RenderedParameter Empty { get; } = new(ParameterOutcome.Empty, "", "");

    /// <summary>It is the content of a file, which is put in where it is sent.</summary>
    public static RenderedParameter File { get; } = new(ParameterOutcome.Sent, "", "\"\"");

    /// <summary>It has not the demanded type.</summary>
    public static RenderedParameter WrongType { get; } = new(ParameterOutcome.WrongType, "", "");
}
