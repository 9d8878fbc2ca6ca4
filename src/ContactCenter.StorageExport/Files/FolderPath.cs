using System.Text;

namespace ContactCenter.StorageExport.Files;

/// <summary>The optional folder of a store under which the five folders are (STO-14).</summary>
public sealed class FolderPath
{
    /// <summary>Longest path, in bytes of UTF-8.</summary>
    public const int MaxBytes = 512;

    private readonly string _text;

    private FolderPath(string text) => _text = text;

    /// <summary>Reads what an administrator entered.</summary>
    /// <param name="text">The path; outer blanks and a trailing slash do not count, and an empty one is the login folder or the bucket's root.</param>
    /// <param name="keepsLeadingSlash">Whether a leading slash makes it absolute, as with SFTP; a bucket knows no such path, and the slash is cut.</param>
    /// <returns>The path; null if it is too long, has an empty, <c>.</c> or <c>..</c> part, a backslash or a control character.</returns>
    public static FolderPath? Parse(string text, bool keepsLeadingSlash)
    {
        var path = text.Trim(' ');
        var isAbsolute = path.StartsWith('/');
        path = isAbsolute ? path[1..] : path;
        path = path.EndsWith('/') ? path[..^1] : path;
        var prefix = isAbsolute && keepsLeadingSlash ? "/" : "";
        if (path.Length == 0)
            return text.Contains("//", StringComparison.Ordinal) ? null : new(prefix);
        var isGood = Encoding.UTF8.GetByteCount(prefix + path) <= MaxBytes
            && !path.Any(character => character == '\\' || char.IsControl(character))
            && path.Split('/').All(part => part is not ("" or "." or ".."));
        return isGood ? new(prefix + path) : null;
    }

    /// <summary>Path of a file or folder below this one.</summary>
    /// <param name="parts">Its folders and name.</param>
    public string Of(params ReadOnlySpan<string> parts) => _text.Length == 0 || _text.EndsWith('/') ? _text + string.Join('/', parts) : $"{_text}/{string.Join('/', parts)}";

    /// <summary>The path as it is written; empty for the login folder or the bucket's root.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text;
}
