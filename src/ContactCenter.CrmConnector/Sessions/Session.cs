using ContactCenter.CrmConnector.Rendering;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>What is known of a call or chat, as far as requests to a CRM speak of it. Null and blank mean not known.</summary>
public sealed record Session
{
    /// <summary>The platform's number.</summary>
    public long? SessionId { get; init; }
    /// <summary>Call or chat; null for neither.</summary>
    public Channel? Channel { get; init; }
    /// <summary>As it is shown, such as <c>Voice Inbound (IVR)</c>.</summary>
    public string? SessionType { get; init; }
    /// <summary>Whether it came from the mobile SDK.</summary>
    public bool IsMobile { get; init; }
    /// <summary>Whether it came from the web or mobile SDK.</summary>
    public bool IsSdk { get; init; }
    /// <summary>Internal id of the agent.</summary>
    public long? AgentId { get; init; }
    /// <summary>The id field of the agent's profile.</summary>
    public string? AgentCustomId { get; init; }
    /// <summary>E-mail address of the agent who answered.</summary>
    public string? AgentEmail { get; init; }
    /// <summary>The end user's name.</summary>
    public string? Name { get; init; }
    /// <summary>The platform's id of the end user.</summary>
    public long? EndUserId { get; init; }
    /// <summary>The end user's e-mail address.</summary>
    public string? Email { get; init; }
    /// <summary>The end user's number, in any form.</summary>
    public string? PhoneNumber { get; init; }
    /// <summary>The outbound number, in any form.</summary>
    public string? OutboundPhoneNumber { get; init; }
    /// <summary>Language code.</summary>
    public string? Language { get; init; }
    /// <summary>The company's id of the end user, as it was given.</summary>
    public string? CustomUserId { get; init; }
    /// <summary>The CRM's id of the account.</summary>
    public VariableValue AccountId { get; init; } = VariableValue.None;
    /// <summary>The CRM's id of the record.</summary>
    public VariableValue RecordId { get; init; } = VariableValue.None;
    /// <summary>Path of the menu that the queue is in.</summary>
    public string? MenuPath { get; init; }
    /// <summary>Name of the queue.</summary>
    public string? QueueName { get; init; }
    /// <summary>Internal id of the queue.</summary>
    public long? QueueId { get; init; }
    /// <summary>Name as the SDK was given it.</summary>
    public string? SdkName { get; init; }
    /// <summary>E-mail address as the SDK was given it.</summary>
    public string? SdkEmail { get; init; }
    /// <summary>Phone number as the SDK was given it.</summary>
    public string? SdkPhone { get; init; }
    /// <summary>What the SDK identifies an end user or account by.</summary>
    public string? SdkIdentifier { get; init; }
    /// <summary>Id of the smart action session.</summary>
    public string? SmartActionSessionId { get; init; }
    /// <summary>1 to 5.</summary>
    public int? Rating { get; init; }
    /// <summary>What the end user wrote with the rating.</summary>
    public string? Feedback { get; init; }
    /// <summary>Length, once it has ended.</summary>
    public TimeSpan? Duration { get; init; }
    /// <summary>How long the end user was on hold.</summary>
    public TimeSpan? Hold { get; init; }
    /// <summary>How long the end user waited.</summary>
    public TimeSpan? Wait { get; init; }
    /// <summary>What the end user uses.</summary>
    public string? DeviceType { get; init; }
    /// <summary>Who ended it, such as <c>agent</c>.</summary>
    public string? DisconnectedBy { get; init; }
    /// <summary><c>incoming</c> or <c>outgoing</c>.</summary>
    public string? Direction { get; init; }
    /// <summary>Length of the work after it.</summary>
    public TimeSpan? AfterCallWork { get; init; }
    /// <summary><c>yes</c> or <c>no</c>.</summary>
    public string? SmartActionVerified { get; init; }
    /// <summary>What the end user entered in a smart action.</summary>
    public string? SmartActionText { get; init; }
}

/// <summary>What a session is.</summary>
public enum Channel
{
    /// <summary>A call.</summary>
    Call,

    /// <summary>A chat.</summary>
    Chat,
}
