using System.Text;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>Collects characters into parts, and knows which blanks at the end may be cut off.</summary>
internal sealed class TemplateBuilder
{
    private readonly List<TemplatePart> _parts = [];
    private readonly StringBuilder _run = new();
    private int _runStart;
    private int _keep;

    /// <summary>Whether there is nothing yet.</summary>
    public bool IsEmpty => _parts.Count == 0 && _run.Length == 0;

    /// <summary>Takes a character of text.</summary>
    public void Add(char character, int position)
    {
        if (_run.Length == 0)
            _runStart = position;
        _run.Append(character);
    }

    /// <summary>Takes a character that is text whatever it means elsewhere.</summary>
    public void AddEscaped(char character, int position)
    {
        Add(character, position);
        _keep = _run.Length;
    }

    /// <summary>Takes a variable; null for one that is wrong.</summary>
    public void Add(Variable? variable, int position)
    {
        EndRun();
        _parts.Add(new("", variable, position));
    }

    /// <summary>Cuts off blanks of text at the end.</summary>
    public void TrimEnd()
    {
        while (_run.Length > _keep && char.IsWhiteSpace(_run[^1]))
            _run.Length--;
    }

    /// <summary>All that was taken.</summary>
    public Template Build()
    {
        EndRun();
        return new(_parts);
    }

    private void EndRun()
    {
        if (_run.Length > 0)
            _parts.Add(new(_run.ToString(), null, _runStart));
        _run.Clear();
        _keep = 0;
    }
}
