using System.Globalization;
using System.Text;

namespace ContactCenter.FollowUpScheduler.Templates;

/// <summary>Parses templates by the grammar of FUP-29.</summary>
internal ref struct TemplateParser
{
    private const int LongestName = 64;
    private const int LongestKey = 128;
    private const int LongestDefault = 200;
    private const int MostParts = 16;
    private const int MostIndexDigits = 5;
    private const string Open = "@{";

    private static readonly string[] Scopes = ["followup", "local", "global", "user", "channel"];

    private readonly string _text;
    private int _at;
    private TemplateProblem? _problem;

    private TemplateParser(string text) => _text = text;

    /// <summary>Parses a template into texts and references.</summary>
    /// <returns>Null if it is wrong.</returns>
    public static List<object>? Parse(string text, out TemplateProblem? problem)
    {
        var parser = new TemplateParser(text);
        var segments = parser.Segments();
        problem = parser._problem;
        return problem is null ? segments : null;
    }

    private readonly char Next => _at < _text.Length ? _text[_at] : '\0';

    private List<object> Segments()
    {
        var segments = new List<object>();
        var literal = new StringBuilder();
        while (_at < _text.Length && _problem is null)
        {
            var open = _text.IndexOf(Open, _at, StringComparison.Ordinal);
            literal.Append(_text, _at, (open < 0 ? _text.Length : open) - _at);
            if (open < 0)
                break;
            _at = open + Open.Length;
            if (Next == '{')
            {
                literal.Append(Open);
                _at++;
                continue;
            }

            if (ReadReference(open + 1) is not { } reference)
                break;
            if (literal.Length > 0)
                segments.Add(literal.ToString());
            literal.Clear();
            segments.Add(reference);
        }

        if (literal.Length > 0)
            segments.Add(literal.ToString());
        return segments;
    }

    private Reference? ReadReference(int position)
    {
        var scopeAt = _at;
        var scope = ReadName();
        if (scope is null || !Scopes.Contains(scope))
            return Fail(scopeAt, "expected followup, local, global, user or channel after @{");
        if (Next != '.')
            return Fail(_at, "expected . and a name after the scope");
        _at++;
        if (ReadName() is not { } name)
            return Fail(_at, $"expected a name of at most {LongestName} letters, digits, underscores and hyphens");
        var path = new List<object>();
        while (Next is '.' or '[' && _problem is null)
        {
            if (path.Count + 2 > MostParts)
                return Fail(_at, $"a path has at most {MostParts} parts");
            if (ReadPart() is { } part)
                path.Add(part);
        }

        if (_problem is not null)
            return null;
        string? orElse = null;
        if (Next == '|')
        {
            var end = _text.IndexOf('}', ++_at);
            if (end < 0)
                return Fail(position - 1, "is not closed by }");
            orElse = _text[_at..end];
            if (orElse.Length > LongestDefault || orElse.Any(char.IsControl))
                return Fail(_at, $"a default has at most {LongestDefault} characters and no control characters");
            _at = end;
        }

        if (Next != '}')
            return Fail(_at < _text.Length ? _at : position - 1, "is not closed by }");
        _at++;
        return new Reference(scope, name, path, orElse, position);
    }

    private object? ReadPart()
    {
        if (_text[_at++] == '.')
            return ReadName() ?? (object?)Fail(_at, "expected a name after .");
        object? part = Next == '"' ? ReadKey() : ReadIndex();
        if (_problem is null && Next != ']')
            return Fail(_at, "expected ]");
        _at++;
        return part;
    }

    private string? ReadName()
    {
        var start = _at;
        if (!char.IsAsciiLetter(Next) && Next != '_')
            return null;
        while (char.IsAsciiLetterOrDigit(Next) || Next is '_' or '-')
            _at++;
        return _at - start <= LongestName ? _text[start.._at] : null;
    }

    private object? ReadIndex()
    {
        var start = _at;
        while (char.IsAsciiDigit(Next))
            _at++;
        var digits = _text.AsSpan(start, _at - start);
        return digits.Length is 0 or > MostIndexDigits || (digits.Length > 1 && digits[0] == '0')
            ? Fail(start, "expected an index from 0 to 99999, or a key in double quotes")
            : int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private string? ReadKey()
    {
        var start = _at++;
        var key = new StringBuilder();
        while (Next != '"')
        {
            var isEscape = Next == '\\';
            if (isEscape)
                _at++;
            if (_at >= _text.Length || char.IsControl(Next) || (isEscape && Next is not ('"' or '\\')))
            {
                Fail(start, "a key is not closed, or has control characters or an unknown escape");
                return null;
            }

            key.Append(_text[_at++]);
        }

        _at++;
        if (key.Length is > 0 and <= LongestKey)
            return key.ToString();
        Fail(start, $"a key has 1 to {LongestKey} characters");
        return null;
    }

    private Reference? Fail(int at, string message)
    {
        _problem ??= new(message, at + 1);
        return null;
    }
}
