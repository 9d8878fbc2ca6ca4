using System.Collections.Frozen;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>The variables of section 2.5.</summary>
public static class Variables
{
    private const Places Session = Places.Endpoint | Places.Comment | Places.Upload | Places.Ticket;
    private const Places Ticket = Places.Endpoint | Places.Comment | Places.Upload;

    private static readonly List<Variable> Listed = [];

    /// <summary>Internal id of the agent.</summary>
    public static readonly Variable AgentId = Add("AGENT_ID", Session);
    /// <summary>The id field of the agent's profile.</summary>
    public static readonly Variable AgentCustomId = Add("AGENT_CUSTOM_ID", Session);
    /// <summary>E-mail address of the agent who answered.</summary>
    public static readonly Variable AgentEmail = Add("AGENT_EMAIL", Session);
    /// <summary>The end user's name.</summary>
    public static readonly Variable Name = Add("NAME", Session, endUserText: true, criterion: true);
    /// <summary>The first word of the name.</summary>
    public static readonly Variable FirstName = Add("FIRST_NAME", Session);
    /// <summary>The rest of the name.</summary>
    public static readonly Variable LastName = Add("LAST_NAME", Session);
    /// <summary>The platform's id of the end user.</summary>
    public static readonly Variable UjetId = Add("UJET_ID", Session, criterion: true);
    /// <summary>The end user's e-mail address.</summary>
    public static readonly Variable Email = Add("EMAIL", Session, endUserText: true, criterion: true);
    /// <summary>Type of the session as it is shown.</summary>
    public static readonly Variable SessionType = Add("SESSION_TYPE", Session);
    /// <summary>The end user's number in the CRM's format.</summary>
    public static readonly Variable PhoneNumber = Add("PHONE_NUMBER", Session, criterion: true);
    /// <summary>The outbound number in the CRM's format.</summary>
    public static readonly Variable OutboundPhoneNumber = Add("OUTBOUND_PHONE_NUMBER", Session);
    /// <summary>Id of a call.</summary>
    public static readonly Variable CallId = Add("Call_ID", Session);
    /// <summary>Id of a chat.</summary>
    public static readonly Variable ChatId = Add("Chat_ID", Session);
    /// <summary>Language code.</summary>
    public static readonly Variable Language = Add("LANG", Session);
    /// <summary>The company's id of the end user.</summary>
    public static readonly Variable CustomUserId = Add("CUSTOM_USER_ID", Session, endUserText: true, criterion: true);
    /// <summary>The CRM's id of the account.</summary>
    public static readonly Variable AccountId = Add("ACCOUNT_ID", Session | Places.LookupUrl, criterion: true);
    /// <summary>The CRM's id of the record.</summary>
    public static readonly Variable RecordId = Add("RECORD_ID", Session | Places.LookupUrl | Places.Attachment, criterion: true);
    /// <summary>Id of the session.</summary>
    public static readonly Variable SessionId = Add("SESSION_ID", Session);
    /// <summary>Path of the menu that the queue is in.</summary>
    public static readonly Variable MenuPath = Add("MENU_PATH", Session);
    /// <summary>Name of the queue.</summary>
    public static readonly Variable QueueName = Add("QUEUE_NAME", Session);
    /// <summary>Internal id of the queue.</summary>
    public static readonly Variable QueueId = Add("QUEUE_ID", Session);
    /// <summary>Name as the SDK was given it.</summary>
    public static readonly Variable SdkName = Add("SDK_NAME", Session, endUserText: true, criterion: true);
    /// <summary>E-mail address as the SDK was given it.</summary>
    public static readonly Variable SdkEmail = Add("SDK_EMAIL", Session, endUserText: true, criterion: true);
    /// <summary>Phone number as the SDK was given it.</summary>
    public static readonly Variable SdkPhone = Add("SDK_PHONE", Session, endUserText: true, criterion: true);
    /// <summary>What the SDK identifies an end user or account by.</summary>
    public static readonly Variable SdkIdentifier = Add("SDK_IDENTIFIER", Session, endUserText: true, criterion: true);
    /// <summary>Id of the smart action session.</summary>
    public static readonly Variable SmartActionSessionId = Add("SMART_ACTION_SESSION_ID", Session);
    /// <summary>1 to 5.</summary>
    public static readonly Variable Rating = Add("RATING", Session);
    /// <summary>What the end user wrote with the rating.</summary>
    public static readonly Variable Feedback = Add("FEEDBACK", Session, endUserText: true);
    /// <summary>Length of the session.</summary>
    public static readonly Variable CallDuration = Add("CALL_DURATION", Session);
    /// <summary>How long the end user was on hold.</summary>
    public static readonly Variable HoldTime = Add("HOLD_TIME", Session);
    /// <summary>How long the end user waited.</summary>
    public static readonly Variable WaitTime = Add("WAIT_TIME", Session);
    /// <summary>What the end user uses.</summary>
    public static readonly Variable DeviceType = Add("DEVICE_TYPE", Session);
    /// <summary>Who ended the session.</summary>
    public static readonly Variable DisconnectedBy = Add("DISCONNECTED_BY", Session);
    /// <summary><c>voice_call</c> or <c>chat</c>.</summary>
    public static readonly Variable Channel = Add("CHANNEL", Session);
    /// <summary>Title of the record.</summary>
    public static readonly Variable TicketSubject = Add("TICKET_SUBJECT", Ticket);
    /// <summary>Description of the record.</summary>
    public static readonly Variable TicketDescription = Add("TICKET_DESCRIPTION", Ticket);
    /// <summary>The same as HTML.</summary>
    public static readonly Variable TicketDescriptionHtml = Add("TICKET_DESCRIPTION_HTML", Ticket);
    /// <summary>Text of a comment.</summary>
    public static readonly Variable CommentBody = Add("COMMENT_BODY", Places.Comment);
    /// <summary>Content of a file.</summary>
    public static readonly Variable FileData = Add("FILE_DATA", Places.Upload);
    /// <summary>The CRM's id of a file.</summary>
    public static readonly Variable AttachmentId = Add("ATTACHMENT_ID", Places.Attachment);
    /// <summary><c>incoming</c> or <c>outgoing</c>.</summary>
    public static readonly Variable Direction = Add("DIRECTION", Session);
    /// <summary><c>PHONE</c> or <c>CHAT</c>.</summary>
    public static readonly Variable SourceType = Add("SOURCE_TYPE", Session);
    /// <summary>Length of the work after the session.</summary>
    public static readonly Variable AcwDuration = Add("ACW_DURATION", Session);
    /// <summary><c>yes</c> or <c>no</c>.</summary>
    public static readonly Variable SmartActionVerified = Add("SMART_ACTION_VERIFIED", Session);
    /// <summary>What the end user entered in a smart action.</summary>
    public static readonly Variable SmartActionText = Add("SMART_ACTION_TEXT", Session);

    private static readonly FrozenDictionary<string, Variable> ByName = Listed.ToFrozenDictionary(variable => variable.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Variable> All => Listed;

    /// <summary>Finds a variable.</summary>
    /// <param name="name">Its name in any case, without braces.</param>
    /// <returns>Null if there is none.</returns>
    public static Variable? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The variable that a wrong name was most likely meant for: the one with the fewest letters to change.</summary>
    /// <param name="name">A name that no variable has.</param>
    public static Variable Nearest(string name) => Listed.MinBy(variable => Distance(variable.Name.ToUpperInvariant(), name.ToUpperInvariant()))!;

    // Levenshtein's distance, one row at a time.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static Variable Add(string name, Places places, bool endUserText = false, bool criterion = false)
    {
        var variable = new Variable(name, places) { IsEndUserText = endUserText, IsCriterion = criterion };
        Listed.Add(variable);
        return variable;
    }
}
