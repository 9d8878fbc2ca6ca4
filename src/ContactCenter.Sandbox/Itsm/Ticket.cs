namespace ContactCenter.Sandbox.Itsm;

/// <summary>What a ticket waits for, which decides the follow-up that it belongs to.</summary>
public enum TicketKind
{
    /// <summary>The yes or no of one of its approvers.</summary>
    Approval,

    /// <summary>What its requester alone knows.</summary>
    Information,

    /// <summary>To be closed.</summary>
    Closing,

    /// <summary>Nobody: it is being worked on.</summary>
    Work,
}

/// <summary>Who uses which action of a message about a ticket.</summary>
/// <param name="Person">Who.</param>
/// <param name="ActionId">Id of the action.</param>
public sealed record TicketAnswer(Person Person, string ActionId);

/// <summary>A ticket of a day, with what will become of it.</summary>
/// <param name="Number">Identity.</param>
/// <param name="Kind">What it waits for.</param>
/// <param name="DueTime">When it should be done.</param>
/// <param name="IsLate">Whether it is created after the first poll.</param>
/// <param name="References">How the ticket names its approvers, or its requester.</param>
/// <param name="People">Who they are, as far as the directory knows them.</param>
/// <param name="Answer">Who answers; null for nobody.</param>
/// <param name="LaterStatus">Its status at the second poll, if nobody answers: empty if it is gone, null if it stays.</param>
public sealed record Ticket(
    string Number, TicketKind Kind, DateTimeOffset DueTime, bool IsLate, IReadOnlyList<string> References, IReadOnlyList<Person> People, TicketAnswer? Answer, string? LaterStatus)
{
    /// <summary>Its status at first.</summary>
    public string Status => Kind switch
    {
        TicketKind.Approval => "Pending Approval",
        TicketKind.Information => "Pending User",
        TicketKind.Closing => "Resolved",
        _ => "In Progress",
    };
}
