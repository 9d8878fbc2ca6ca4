using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Whether a session is a call or a chat.</summary>
public enum SessionKind
{
    /// <summary>A call.</summary>
    Call = 1,

    /// <summary>A chat.</summary>
    Chat = 2,
}

/// <summary>Names a session: <c>call-1418</c>, <c>chat-135</c>.</summary>
/// <param name="Kind">Call or chat.</param>
/// <param name="Id">Its number, from 1.</param>
public readonly record struct SessionName(SessionKind Kind, long Id)
{
    private const string Call = "call";
    private const string Chat = "chat";

    /// <summary>The kind as events and documents spell it.</summary>
    public string KindWord => Kind == SessionKind.Call ? Call : Chat;

    /// <summary>Reads a kind, without case.</summary>
    /// <param name="word">What the sender wrote.</param>
    /// <returns>Null if it is neither.</returns>
    public static SessionKind? ReadKind(string? word) =>
        Call.Equals(word, StringComparison.OrdinalIgnoreCase) ? SessionKind.Call
        : Chat.Equals(word, StringComparison.OrdinalIgnoreCase) ? SessionKind.Chat
        : null;

    /// <summary>Reads a name.</summary>
    /// <param name="text">In the form of <see cref="ToString"/>.</param>
    /// <param name="name">The name.</param>
    /// <returns>False if the text is no name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out SessionName name)
    {
        name = default;
        if (text?.Split('-', 2) is not [Call or Chat, { Length: > 0 } digits] || digits[0] == '0'
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return false;
        name = new(ReadKind(text[..4])!.Value, id);
        return true;
    }

    /// <summary>Reads a stored name.</summary>
    /// <param name="text">In the form of <see cref="ToString"/>.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static SessionName Parse(string text) => TryParse(text, out var name) ? name : throw new FormatException("A stored session has no name.");

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{KindWord}-{Id}");
}
