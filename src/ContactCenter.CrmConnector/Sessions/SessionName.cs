using System.Globalization;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>Names a session: <c>call-1418</c>, <c>chat-73522</c>.</summary>
/// <param name="Channel">Call or chat.</param>
/// <param name="Id">The platform's number.</param>
public readonly record struct SessionName(Channel Channel, long Id)
{
    /// <summary>The first part of the name.</summary>
    public string Kind => Channel == Channel.Call ? "call" : "chat";

    /// <summary>The name of the session that an event is about.</summary>
    /// <param name="kind"><c>call</c> or <c>chat</c>.</param>
    /// <param name="id">The platform's number.</param>
    /// <exception cref="FormatException">Another kind.</exception>
    public static SessionName Of(string kind, long id) => new(
        kind switch { "call" => Channel.Call, "chat" => Channel.Chat, _ => throw new FormatException($"There is no kind of session called '{kind}'.") }, id);

    /// <summary>Reads a name that was stored.</summary>
    /// <param name="text">As <see cref="ToString"/> wrote it.</param>
    public static SessionName Parse(string text) =>
        text.Split('-') is [var kind, var id] ? Of(kind, long.Parse(id, CultureInfo.InvariantCulture)) : throw new FormatException($"'{text}' names no session.");

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}-{Id}");
}
