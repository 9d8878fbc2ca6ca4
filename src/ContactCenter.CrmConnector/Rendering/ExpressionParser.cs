using ContactCenter.Contracts;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>Parses values of parameters and templates (CRM-57 to CRM-59). Every unknown variable is reported; a syntax error ends the parsing.</summary>
public sealed class ExpressionParser
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 8_192;

    /// <summary>Most arguments of a function.</summary>
    public const int MostArguments = 32;

    /// <summary>How deep functions may be nested, the outer one included.</summary>
    public const int DeepestNesting = 8;

    private const string Escapable = "\\,(){}\"=";

    private static readonly Dictionary<string, Function> Functions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["DEFAULT_VALUE"] = Function.DefaultValue,
        ["CONCAT_OR"] = Function.ConcatOr,
        ["CONCAT_AND"] = Function.ConcatAnd,
    };

    private readonly string _text;
    private readonly Places _place;
    private readonly List<ParseProblem> _problems;
    private int _next;

    private ExpressionParser(string text, Places place, List<ParseProblem> problems) => (_text, _place, _problems) = (text, place, problems);

    /// <summary>Parses the value of a parameter: text with variables, or a function.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>Null if the text cannot be parsed.</returns>
    public static Expression? ParseValue(string text, Places place, List<ParseProblem> problems)
    {
        var parser = new ExpressionParser(text, place, problems);
        if (!parser.IsShortEnough())
            return null;
        parser.SkipBlanks();
        return parser.Peek() == '=' ? parser.WholeCall() : new ExpressionParser(text, place, problems).ParseTemplate();
    }

    /// <summary>Parses text with variables, where functions have no place.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>Null if the text cannot be parsed.</returns>
    public static Template? ParseText(string text, Places place, List<ParseProblem> problems)
    {
        var parser = new ExpressionParser(text, place, problems);
        if (!parser.IsShortEnough())
            return null;
        parser.SkipBlanks();
        if (parser.Peek() == '=')
            return parser.Fail<Template>(CrmErrors.FunctionNotAllowed, parser._next, "functions are for request parameters only");
        return new ExpressionParser(text, place, problems).ParseTemplate();
    }

    /// <summary>Parses JSON with variables, in which backslashes are JSON's own.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>Null if the text cannot be parsed; it is not checked to be JSON.</returns>
    public static Template? ParseJson(string text, Places place, List<ParseProblem> problems)
    {
        var parser = new ExpressionParser(text, place, problems);
        return parser.IsShortEnough() ? parser.ParseTemplate(escapesOfJson: true) : null;
    }

    private Template? ParseTemplate(bool escapesOfJson = false)
    {
        var parts = new TemplateBuilder();
        while (_next < _text.Length)
        {
            if (escapesOfJson && Peek() == '\\' && _next + 1 < _text.Length && _text[_next + 1] != '{')
            {
                parts.Add(_text[_next++], _next);
                parts.Add(_text[_next++], _next);
            }
            else if (!Character(parts))
            {
                return null;
            }
        }

        return parts.Build();
    }

    private Call? WholeCall()
    {
        _next++;
        SkipBlanks();
        if (ParseCall(1) is not { } call)
            return null;
        SkipBlanks();
        return _next == _text.Length ? call : Fail<Call>(_next, "nothing may follow the closing bracket of the function");
    }

    private Call? ParseCall(int depth)
    {
        var start = _next;
        if (depth > DeepestNesting)
            return Fail<Call>(start, $"functions may be nested to depth {DeepestNesting}");
        var name = Word();
        if (!Functions.TryGetValue(name, out var function))
            return Fail<Call>(start, $"there is no function '{name}'; the functions are {string.Join(", ", Functions.Keys)}");
        SkipBlanks();
        var bracket = _next;
        if (Peek() != '(')
            return Fail<Call>(_next, $"{name} needs its arguments in brackets");
        var arguments = new List<Expression>();
        do
        {
            _next++;
            if (Argument(depth) is not { } argument)
                return null;
            arguments.Add(argument);
            SkipBlanks();
        }
        while (Peek() == ',');

        if (Peek() != ')')
            return _next == _text.Length ? Fail<Call>(bracket, "this bracket is not closed") : Fail<Call>(_next, "',' or ')' has to follow an argument");
        _next++;
        if (function == Function.DefaultValue ? arguments.Count != 2 : arguments.Count > MostArguments)
            return Fail<Call>(start, function == Function.DefaultValue ? $"{name} takes two arguments" : $"{name} takes 1 to {MostArguments} arguments");
        return new(function, arguments);
    }

    private Expression? Argument(int depth)
    {
        SkipBlanks();
        switch (Peek())
        {
            case '=':
                _next++;
                SkipBlanks();
                return ParseCall(depth + 1);
            case '"':
                return Quoted();
            default:
                return IsCall() ? ParseCall(depth + 1) : Unquoted();
        }
    }

    private bool IsCall()
    {
        var start = _next;
        var known = Functions.ContainsKey(Word());
        SkipBlanks();
        var isCall = known && Peek() == '(';
        _next = start;
        return isCall;
    }

    private Template? Quoted()
    {
        var quote = _next++;
        var parts = new TemplateBuilder();
        while (Peek() is { } character && character != '"')
        {
            if (!Character(parts))
                return null;
        }

        return _next++ < _text.Length ? parts.Build() : Fail<Template>(quote, "this quote is not closed");
    }

    private Template? Unquoted()
    {
        var start = _next;
        var open = new Stack<int>();
        var parts = new TemplateBuilder();
        while (Peek() is { } character)
        {
            if (open.Count == 0 && character is ',' or ')')
                break;
            if (character == '"')
                return Fail<Template>(_next, "a quote inside of an argument has to be written \\\", or the whole argument in quotes");
            if (character == '(')
                open.Push(_next);
            else if (character == ')')
                open.Pop();
            if (!Character(parts))
                return null;
        }

        if (open.TryPop(out var bracket))
            return Fail<Template>(bracket, "this bracket is not closed");
        parts.TrimEnd();
        return parts.IsEmpty ? Fail<Template>(start, "an argument has no text; \"\" stands for none") : parts.Build();
    }

    /// <summary>Takes a character, an escape or a variable.</summary>
    private bool Character(TemplateBuilder parts)
    {
        var position = _next + 1;
        switch (_text[_next])
        {
            case '\\' when _next + 1 == _text.Length || !Escapable.Contains(_text[_next + 1]):
                Fail<Template>(_next, $"a backslash stands before one of {string.Join(' ', Escapable.ToCharArray())}; for itself write \\\\");
                return false;
            case '\\':
                parts.AddEscaped(_text[_next + 1], position);
                _next += 2;
                return true;
            case '{' when VariableName() is { } name:
                parts.Add(Known(name, position), position);
                _next += name.Length + 2;
                return true;
            default:
                parts.Add(_text[_next++], position);
                return true;
        }
    }

    private string? VariableName()
    {
        var end = _next + 1;
        while (end < _text.Length && IsWord(_text[end]))
            end++;
        return end > _next + 1 && end < _text.Length && _text[end] == '}' ? _text[(_next + 1)..end] : null;
    }

    private Variable? Known(string name, int position)
    {
        if (Variables.Find(name) is not { } variable)
            _problems.Add(new(CrmErrors.UnknownVariable, position, $"there is no variable {{{name}}}; the nearest is {Variables.Nearest(name)}"));
        else if ((variable.Places & _place) == 0)
            _problems.Add(new(CrmErrors.VariableNotAvailable, position, $"{variable} has no value here"));
        else
            return variable;
        return null;
    }

    private string Word()
    {
        var start = _next;
        while (_next < _text.Length && IsWord(_text[_next]))
            _next++;
        return _text[start.._next];
    }

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private bool IsShortEnough()
    {
        if (_text.Length > LongestText)
            Fail<Template>(LongestText, $"the text has at most {LongestText:N0} characters");
        return _text.Length <= LongestText;
    }

    private char? Peek() => _next < _text.Length ? _text[_next] : null;

    private void SkipBlanks()
    {
        while (_next < _text.Length && char.IsWhiteSpace(_text[_next]))
            _next++;
    }

    private T? Fail<T>(int index, string message)
        where T : Expression => Fail<T>(CrmErrors.Syntax, index, message);

    private T? Fail<T>(string reason, int index, string message)
        where T : Expression
    {
        _problems.Add(new(reason, index + 1, message));
        return null;
    }
}
