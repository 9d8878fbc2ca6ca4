using System.Collections.Frozen;
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

    private static readonly FrozenDictionary<Variable, Func<SessionVariables, VariableValue>> Values = new Dictionary<Variable, Func<SessionVariables, VariableValue>>
    {
        [Variables.AgentId] = of => VariableValue.Of(of._given.Session.AgentId),
        [Variables.AgentCustomId] = of => VariableValue.Of(of._given.Session.AgentCustomId),
        [Variables.AgentEmail] = of => VariableValue.Of(of._given.Session.AgentEmail),
        [Variables.Name] = of => VariableValue.Of(of._given.Session.Name),
        [Variables.FirstName] = of => VariableValue.Of(of.NameWords().FirstOrDefault()),
        [Variables.LastName] = of => VariableValue.Of(of.NameWords() is [_, var rest] ? rest : NoLastName),
        [Variables.UjetId] = of => VariableValue.Of(of._given.Session.EndUserId),
        [Variables.Email] = of => VariableValue.Of(of._given.Session.Email),
        [Variables.SessionType] = of => VariableValue.Of(of._given.Session.SessionType),
        [Variables.PhoneNumber] = of => of.Phone(of._given.Session.PhoneNumber),
        [Variables.OutboundPhoneNumber] = of => of.Phone(of._given.Session.OutboundPhoneNumber),
        [Variables.CallId] = of => of._given.Session.Channel == Channel.Call ? VariableValue.Of(of._given.Session.SessionId) : VariableValue.None,
        [Variables.ChatId] = of => of._given.Session.Channel == Channel.Chat ? VariableValue.Of(of._given.Session.SessionId) : VariableValue.None,
        [Variables.Language] = of => VariableValue.Of(of._given.Session.Language),
        [Variables.CustomUserId] = of => VariableValue.Of(of.CustomUserId()),
        [Variables.AccountId] = of => of._given.Session.AccountId,
        [Variables.RecordId] = of => of._given.Session.RecordId,
        [Variables.SessionId] = of => VariableValue.Of(of._given.Session.SessionId),
        [Variables.MenuPath] = of => VariableValue.Of(of._given.Session.MenuPath),
        [Variables.QueueName] = of => VariableValue.Of(of._given.Session.QueueName),
        [Variables.QueueId] = of => VariableValue.Of(of._given.Session.QueueId),
        [Variables.SdkName] = of => VariableValue.Of(of._given.Session.SdkName),
        [Variables.SdkEmail] = of => VariableValue.Of(of._given.Session.SdkEmail),
        [Variables.SdkPhone] = of => VariableValue.Of(of._given.Session.SdkPhone),
        [Variables.SdkIdentifier] = of => VariableValue.Of(of._given.Session.SdkIdentifier),
        [Variables.SmartActionSessionId] = of => VariableValue.Of(of._given.Session.SmartActionSessionId),
        [Variables.Rating] = of => VariableValue.Of(of._given.Session.Rating),
        [Variables.Feedback] = of => VariableValue.Of(of._given.Session.Feedback),
        [Variables.CallDuration] = of => Time(of._given.Session.Duration),
        [Variables.HoldTime] = of => Time(of._given.Session.Hold),
        [Variables.WaitTime] = of => Time(of._given.Session.Wait),
        [Variables.DeviceType] = of => VariableValue.Of(of._given.Session.DeviceType),
        [Variables.DisconnectedBy] = of => VariableValue.Of(of._given.Session.DisconnectedBy),
        [Variables.Channel] = of => VariableValue.Of(of._given.Session.Channel switch { Channel.Call => "voice_call", Channel.Chat => "chat", _ => null }),
        [Variables.TicketSubject] = of => VariableValue.Of(of._given.Subject?.Render(of.Text) ?? $"{of.Text(Variables.SessionType)} {of.Text(Variables.SessionId)}"),
        [Variables.TicketDescription] = of => VariableValue.Of(of.Description()),
        [Variables.TicketDescriptionHtml] = of => VariableValue.Of(string.Join("<br>", of.Description().Split('\n').Select(HtmlText.Escape))),
        [Variables.CommentBody] = of => VariableValue.Of(of._given.CommentBody, longest: CommentText.LongestBody),
        [Variables.Direction] = of => VariableValue.Of(of._given.Session.Direction),
        [Variables.SourceType] = of => VariableValue.Of(of._given.Session.Channel switch { Channel.Call => "PHONE", Channel.Chat => "CHAT", _ => null }),
        [Variables.AcwDuration] = of => Time(of._given.Session.AfterCallWork),
        [Variables.SmartActionVerified] = of => VariableValue.Of(of._given.Session.SmartActionVerified),
        [Variables.SmartActionText] = of => VariableValue.Of(of._given.Session.SmartActionText),
    }.ToFrozenDictionary();

    private readonly Dictionary<Variable, VariableValue> _known = [];
    private readonly (Session Session, Template? Subject, string CommentBody) _given = (session, subject, commentBody);

    /// <summary>What a variable stands for.</summary>
    /// <param name="variable">The variable.</param>
    public VariableValue Value(Variable variable) => _known.TryGetValue(variable, out var value) ? value : _known[variable] = Values.TryGetValue(variable, out var work) ? work(this) : VariableValue.None;

    /// <summary>What is to be said about the values that were asked for: code and variable.</summary>
    public IEnumerable<(string Code, Variable Variable)> Warnings =>
        from value in _known where value.Value.Warning is not null orderby value.Key.Name select (value.Value.Warning, value.Key);

    private string Text(Variable variable) => Value(variable).Text;

    private string[] NameWords() => (_given.Session.Name ?? "").Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? CustomUserId() => _given.Session is { IsMobile: true, Email: { } email } && email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? email[..at] : _given.Session.CustomUserId;

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
