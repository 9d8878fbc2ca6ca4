namespace ContactCenter.Sandbox.FollowUps;

/// <summary>A tracked record, or the truth about one.</summary>
/// <param name="Ticket">Its ticket.</param>
/// <param name="State">Its state.</param>
/// <param name="CloseReason">Why it was closed; empty while it is open.</param>
/// <param name="Episode">Its episode.</param>
/// <param name="Answer">Action, recipient and effect; empty without an answer.</param>
/// <param name="Recipients">Ids with planned attempts, or why they cannot be told.</param>
public sealed record RecordFacts(string Ticket, string State, string CloseReason, int Episode, string Answer, string Recipients);

/// <summary>A notification.</summary>
/// <param name="Ticket">Its ticket.</param>
/// <param name="User">The recipient.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="State">Its state.</param>
/// <param name="Channel">The channel; empty before it is sent.</param>
public sealed record NotificationFacts(string Ticket, string User, int Attempt, string State, string Channel);

/// <summary>A message as its recipient has it.</summary>
/// <param name="Ticket">The ticket of the notification that knows its id; empty if none does.</param>
/// <param name="User">The recipient by that notification.</param>
/// <param name="Address">Telephone number or e-mail address.</param>
/// <param name="Text">What it says.</param>
/// <param name="Actions">What can be done, in order.</param>
public sealed record MessageFacts(string Ticket, string User, string Address, string Text, string Actions);

/// <summary>What a poll made of a ticket.</summary>
/// <param name="FollowUp">The kind of ticket that the follow-up is for.</param>
/// <param name="Poll">Number of the poll, from 1.</param>
/// <param name="Change"><c>new</c>, <c>continued</c> or <c>closed</c>.</param>
/// <param name="Ticket">The ticket.</param>
public sealed record PollFacts(string FollowUp, int Poll, string Change, string Ticket);

/// <summary>An event of the conversation history.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="User">The recipient.</param>
/// <param name="Code">What happened.</param>
/// <param name="Detail">The new state, or the action.</param>
/// <param name="Channel">The channel.</param>
/// <param name="CountsAsSession">Whether it counts as a session, which none does.</param>
public sealed record HistoryFacts(string Ticket, string User, string Code, string Detail, string Channel, bool CountsAsSession);
