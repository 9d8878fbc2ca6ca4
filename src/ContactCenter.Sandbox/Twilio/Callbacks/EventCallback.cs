using System.Text;

namespace ContactCenter.Sandbox.Twilio.Callbacks;

/// <summary>One event callback of TaskRouter.</summary>
/// <param name="Sid">EV…; the event's identity, equal in every copy of it.</param>
/// <param name="EventType">Such as <c>reservation.accepted</c>.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Form">The form's parameters in the order they are sent; each name once.</param>
public sealed record EventCallback(string Sid, string EventType, DateTimeOffset Time, IReadOnlyList<KeyValuePair<string, string>> Form)
{
    /// <summary>The media type of <see cref="Body"/>.</summary>
    public const string ContentType = "application/x-www-form-urlencoded";

    /// <summary>The body as it is sent: every byte but letters, digits and <c>-_.~</c> escaped, a blank as a plus sign.</summary>
    /// <returns>ASCII bytes.</returns>
    public byte[] Body()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Form)
        {
            if (text.Length > 0)
                text.Append('&');
            text.Append(Escape(name)).Append('=').Append(Escape(value));
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static string Escape(string value) => Uri.EscapeDataString(value).Replace("%20", "+", StringComparison.Ordinal);
}
