using System.Globalization;
using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Rendering;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>What the variables stand for in a request about a session (section 2.5). Each value is worked out when it is asked for first.</summary>
/// <param name="session">The session.</param>
/// <param name="phones">Writes phone numbers.</param>
/// <param name="form">What phone numbers are written for.</param>
/// <param name="subject">Template of the record's title; null for that of CRM-48.</param>
/// <param name="description">Template of its description; null for that of CRM-48.</param>
/// <param name="commentBody">Text of the comment that is added; empty for none.</param>
public sealed class SessionVariables(Session session, PhoneFormatter phones, PhoneForm form, Template? subject, Template? description, string commentBody)
{
    private const string NoLastName = "--";

    private readonly Dictionary<Variable, VariableValue> _known = [];

    /// <summary>What a variable stands for.</summary>
    /// <param name="variable">The variable.</param>
    public VariableValue Value(Variable variable) => _known.TryGetValue(variable, out var value) ? value : _known[variable] = WorkOut(variable);

    /// <summary>What is to be said about the values that were asked for: code and variable.</summary>
    public IEnumerable<(string Code, Variable Variable)> Warnings =>
        from value in _known where value.Value.Warning is not null orderby value.Key.Name select (value.Value.Warning, value.Key);

    private VariableValue WorkOut(Variable variable) => variable.Name switch
    {
        "AGENT_ID" => VariableValue.Of(session.AgentId),
        "AGENT_CUSTOM_ID" => VariableValue.Of(session.AgentCustomId),
        "AGENT_EMAIL" => VariableValue.Of(session.AgentEmail),
        "NAME" => VariableValue.Of(session.Name),
        "FIRST_NAME" => VariableValue.Of(NameWords().FirstOrDefault()),
        "LAST_NAME" => VariableValue.Of(NameWords() is [_, var rest] ? rest : NoLastName),
        "UJET_ID" => VariableValue.Of(session.EndUserId),
        "EMAIL" => VariableValue.Of(session.Email),
        "SESSION_TYPE" => VariableValue.Of(session.SessionType),
        "PHONE_NUMBER" => Phone(session.PhoneNumber),
        "OUTBOUND_PHONE_NUMBER" => Phone(session.OutboundPhoneNumber),
        "Call_ID" => session.Channel == Channel.Call ? VariableValue.Of(session.SessionId) : VariableValue.None,
        "Chat_ID" => session.Channel == Channel.Chat ? VariableValue.Of(session.SessionId) : VariableValue.None,
        "LANG" => VariableValue.Of(session.Language),
        "CUSTOM_USER_ID" => VariableValue.Of(CustomUserId()),
        "ACCOUNT_ID" => session.AccountId,
        "RECORD_ID" => session.RecordId,
        "SESSION_ID" => VariableValue.Of(session.SessionId),
        "MENU_PATH" => VariableValue.Of(session.MenuPath),
        "QUEUE_NAME" => VariableValue.Of(session.QueueName),
        "QUEUE_ID" => VariableValue.Of(session.QueueId),
        "SDK_NAME" => VariableValue.Of(session.SdkName),
        "SDK_EMAIL" => VariableValue.Of(session.SdkEmail),
        "SDK_PHONE" => VariableValue.Of(session.SdkPhone),
        "SDK_IDENTIFIER" => VariableValue.Of(session.SdkIdentifier),
        "SMART_ACTION_SESSION_ID" => VariableValue.Of(session.SmartActionSessionId),
        "RATING" => VariableValue.Of(session.Rating),
        "FEEDBACK" => VariableValue.Of(session.Feedback),
        "CALL_DURATION" => Time(session.Duration),
        "HOLD_TIME" => Time(session.Hold),
        "WAIT_TIME" => Time(session.Wait),
        "DEVICE_TYPE" => VariableValue.Of(session.DeviceType),
        "DISCONNECTED_BY" => VariableValue.Of(session.DisconnectedBy),
        "CHANNEL" => VariableValue.Of(session.Channel switch { Channel.Call => "voice_call", Channel.Chat => "chat", _ => null }),
        "TICKET_SUBJECT" => VariableValue.Of(subject?.Render(Text) ?? $"{Text(Variables.SessionType)} {Text(Variables.SessionId)}"),
        "TICKET_DESCRIPTION" => VariableValue.Of(Description()),
        "TICKET_DESCRIPTION_HTML" => VariableValue.Of(string.Join("<br>", Description().Split('\n').Select(HtmlText.Escape))),
        "COMMENT_BODY" => VariableValue.Of(commentBody),
        "DIRECTION" => VariableValue.Of(session.Direction),
        "SOURCE_TYPE" => VariableValue.Of(session.Channel switch { Channel.Call => "PHONE", Channel.Chat => "CHAT", _ => null }),
        "ACW_DURATION" => Time(session.AfterCallWork),
        "SMART_ACTION_VERIFIED" => VariableValue.Of(session.SmartActionVerified),
        "SMART_ACTION_TEXT" => VariableValue.Of(session.SmartActionText),
        _ => VariableValue.None,
    };

    private string Text(Variable variable) => Value(variable).Text;

    private string[] NameWords() => (session.Name ?? "").Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? CustomUserId() => session is { IsMobile: true, Email: { } email } && email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? email[..at] : session.CustomUserId;

    private VariableValue Phone(string? number)
    {
        var (text, warning) = phones.Format(number, form);
        return VariableValue.Of(text, warning);
    }

    // mm:ss; minutes do not wrap into hours.
    private static VariableValue Time(TimeSpan? time) =>
        VariableValue.Of(time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{(long)known.TotalMinutes:00}:{known.Seconds:00}") : null);

    private string Description() => description?.Render(Text) ?? string.Join('\n',
        from line in new (string Label, Variable Variable)[]
        {
            ("Queue", Variables.QueueName), ("Menu path", Variables.MenuPath), ("Phone", Variables.PhoneNumber), ("E-mail", Variables.Email),
            ("Language", Variables.Language), ("Device", Variables.DeviceType), ("Wait", Variables.WaitTime), ("Duration", Variables.CallDuration),
        }
        where !Value(line.Variable).IsEmpty
        select $"{line.Label}: {Text(line.Variable)}");
}
