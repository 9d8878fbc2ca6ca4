namespace ContactCenter.CrmConnector.Rendering;

/// <summary>The value of a parameter or of a function's argument, parsed.</summary>
public abstract record Expression
{
    /// <summary>Every variable in it, in order.</summary>
    public abstract IEnumerable<Variable> Variables { get; }
}

/// <summary>Text with variables.</summary>
/// <param name="Parts">In order; neighbouring texts are one part.</param>
public sealed record Template(IReadOnlyList<TemplatePart> Parts) : Expression
{
    /// <inheritdoc />
    public override IEnumerable<Variable> Variables => Parts.Select(part => part.Variable).OfType<Variable>();

    /// <summary>Its text if there are no variables; else null.</summary>
    public string? Literal => Parts switch
    {
        [] => "",
        [{ Variable: null } only] => only.Text,
        _ => null,
    };

    /// <summary>Puts values in the place of the variables.</summary>
    /// <param name="write">Writes the value of a variable.</param>
    public string Render(Func<Variable, string> write) => string.Concat(Parts.Select(part => part.Variable is { } variable ? write(variable) : part.Text));
}

/// <summary>A piece of text, or a variable.</summary>
/// <param name="Text">What it says, without escapes; empty for a variable.</param>
/// <param name="Variable">Null for text.</param>
/// <param name="Position">Where it begins in what was parsed, from 1.</param>
public sealed record TemplatePart(string Text, Variable? Variable, int Position);

/// <summary>A function with its arguments.</summary>
/// <param name="Function">Which one.</param>
/// <param name="Arguments">At least one; templates and functions.</param>
public sealed record Call(Function Function, IReadOnlyList<Expression> Arguments) : Expression
{
    /// <inheritdoc />
    public override IEnumerable<Variable> Variables => Arguments.SelectMany(argument => argument.Variables);

    /// <summary>Whether it or a function in it joins its arguments.</summary>
    public bool Concatenates => Function != Function.DefaultValue || Arguments.OfType<Call>().Any(call => call.Concatenates);
}

/// <summary>What is done with arguments.</summary>
public enum Function
{
    /// <summary>The first of two that is not empty.</summary>
    DefaultValue,

    /// <summary>All that are not empty, joined by <c> or </c>.</summary>
    ConcatOr,

    /// <summary>All that are not empty, joined by <c> and </c>.</summary>
    ConcatAnd,
}

/// <summary>What is wrong with a text.</summary>
/// <param name="Reason">One of <see cref="Contracts.CrmErrors"/>.</param>
/// <param name="Position">At which character, from 1.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ParseProblem(string Reason, int Position, string Message);
