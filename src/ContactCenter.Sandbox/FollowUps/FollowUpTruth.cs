using System.Globalization;
using ContactCenter.Sandbox.Itsm;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>How far a pass has come.</summary>
public enum FollowUpStage
{
    /// <summary>The first poll was made, and everybody was told.</summary>
    Told,

    /// <summary>Messages were read, and answers given.</summary>
    Answered,

    /// <summary>Tickets have changed, and the second poll was made.</summary>
    PolledAgain,
}

/// <summary>What must be true of a day's tickets by the rules of the specification (FUP-37 to FUP-101). It shares no code with the service.</summary>
/// <param name="plan">The day.</param>
/// <param name="stage">How far the pass has come.</param>
public sealed class FollowUpTruth(TicketPlan plan, FollowUpStage stage)
{
    private const string ConditionNotMet = "CONDITION_NOT_MET";

    private static readonly (string[] Receipts, int Weight)[] Fates =
        [(["DELIVERED", "READ"], 40), (["DELIVERED"], 30), (["READ"], 10), (["TTL_EXPIRATION_REVOKED"], 10), ([], 10)];

    private IEnumerable<Ticket> Tracked => plan.Tickets.Where(ticket => IsTracked(ticket, stage));

    private IEnumerable<(Ticket Ticket, Person Person)> Told => Tracked.SelectMany(ticket => ToldOf(ticket).Select(person => (ticket, person)));

    /// <summary>What the platform reports of the message about a ticket to someone.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="person">The recipient.</param>
    public static IReadOnlyList<string> ReceiptsOf(Ticket ticket, Person person) =>
        ticket.Answer?.Person == person ? Fates[0].Receipts : ticket.IsLate ? [] : new Dice($"receipts {ticket.Number} {person.Id}").Weighted(Fates);

    /// <summary>The records.</summary>
    public IEnumerable<RecordFacts> Records() => Tracked.Select(ticket =>
    {
        var closed = CloseReasonOf(ticket);
        var state = closed.Length > 0 ? "CLOSED" : ticket.Kind == TicketKind.Closing ? "EXHAUSTED" : AnswerOf(ticket) is null ? "ACTIVE" : "ANSWERED";
        var answer = AnswerOf(ticket) is { } given ? $"{given.ActionId} {given.Person.Id} DONE" : "";
        var recipients = ticket.People.Select(person => $"{person.Id}: {(person == Person.WithoutAddress ? "NO_ADDRESS" : ticket.Kind == TicketKind.Closing ? "1" : "2")}")
            .Concat(ticket.References.Where(reference => reference == TicketPlan.Nobody).Select(reference => $"{reference}: RECIPIENT_NOT_FOUND"));
        return new RecordFacts(ticket.Number, state, closed, 1, answer, string.Join(", ", recipients.Order(StringComparer.Ordinal)));
    });

    /// <summary>The notifications: of every recipient the first, and the next one, which waits for its time until the record ends.</summary>
    public IEnumerable<NotificationFacts> Notifications() => Told.SelectMany(told =>
    {
        var (ticket, person) = told;
        var channel = ChannelOf(ticket, person);
        var receipts = Receipts(ticket, person);
        var state = receipts.Contains("READ") ? "READ" : receipts.Contains("DELIVERED") ? "DELIVERED" : receipts.Count > 0 ? "EXPIRED" : "SENT";
        var first = new NotificationFacts(ticket.Number, person.Id, 1, state, channel);
        var isOver = CloseReasonOf(ticket).Length > 0 || AnswerOf(ticket) is not null;
        return (NotificationFacts[])(ticket.Kind == TicketKind.Closing ? [first] : [first, new(ticket.Number, person.Id, 2, isOver ? "CANCELED" : "PENDING", "")]);
    });

    /// <summary>The messages that recipients have, by RCS for Business or by e-mail.</summary>
    /// <param name="channel">The channel.</param>
    public IEnumerable<MessageFacts> Messages(string channel) => Told.Where(told => ChannelOf(told.Ticket, told.Person) == channel).Select(told =>
    {
        var (ticket, person) = told;
        var (text, actions) = ticket.Kind switch
        {
            TicketKind.Approval => ($"{ticket.Number}\n{person.Name}, please decide until {ticket.DueTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}.", "Approve, Reject"),
            TicketKind.Information => ($"{ticket.Number}: {person.Name}, we wait for what you know (1 of 2).", "It is there now"),
            _ => ($"{ticket.Number} is resolved and will be closed.", ""),
        };
        return new MessageFacts(ticket.Number, person.Id, channel == FollowUpDefinitions.Rbm ? person.Phone : person.Mail, text, actions);
    });

    /// <summary>What the ITSM system was told.</summary>
    public IEnumerable<ItsmNote> Notes()
    {
        foreach (var ticket in Tracked)
        {
            if (ticket.Kind == TicketKind.Approval)
                yield return new(ticket.Number, "rounds", $$"""{"attempt":1,"recipients":[{{string.Join(',', ToldOf(ticket).Select(person => $"\"{person.Id}\"").Order(StringComparer.Ordinal))}}]}""");
            if (ticket.Kind == TicketKind.Closing)
                yield return new(ticket.Number, "closures", """{"outcome":"EXHAUSTED","attempts":1}""");
            if (AnswerOf(ticket) is { } answer)
                yield return new(ticket.Number, "answers", $$"""{"answer":"{{answer.ActionId}}","by":"{{answer.Person.Id}}","name":"{{answer.Person.Name}}"}""");
        }
    }

    /// <summary>What polls made of tickets.</summary>
    public IEnumerable<PollFacts> Polls()
    {
        foreach (var ticket in Tracked)
        {
            var followUp = ticket.Kind.ToString();
            if (IsTracked(ticket, FollowUpStage.Told))
                yield return new(followUp, 1, "new", ticket.Number);
            if (stage == FollowUpStage.PolledAgain)
                yield return new(followUp, 2, ticket.IsLate ? "new" : CloseReasonOf(ticket).Length > 0 ? "closed" : "continued", ticket.Number);
        }
    }

    /// <summary>The conversation history.</summary>
    public IEnumerable<HistoryFacts> History() => Told.SelectMany(told =>
    {
        var (ticket, person) = told;
        var channel = ChannelOf(ticket, person);
        var codes = Receipts(ticket, person).Select(kind => ("DELIVERY_CHANGED", kind.StartsWith("TTL", StringComparison.Ordinal) ? "EXPIRED" : kind)).Prepend(("FOLLOW_UP_NOTIFICATION_SENT", ""));
        if (AnswerOf(ticket) is { } answer && answer.Person == person)
            codes = codes.Append(("ANSWERED", answer.ActionId));
        return codes.Select(code => new HistoryFacts(ticket.Number, person.Id, code.Item1, code.Item2, channel, CountsAsSession: false));
    });

    private static string ChannelOf(Ticket ticket, Person person) => ticket.Kind != TicketKind.Information && person.HasRcs ? FollowUpDefinitions.Rbm : FollowUpDefinitions.Mail;

    private static IEnumerable<Person> ToldOf(Ticket ticket) => ticket.People.Where(person => person != Person.WithoutAddress);

    private bool IsTracked(Ticket ticket, FollowUpStage at) =>
        ticket.Kind != TicketKind.Work && (ticket.Kind != TicketKind.Approval || plan.IsDue(ticket)) && (!ticket.IsLate || at == FollowUpStage.PolledAgain);

    private IReadOnlyList<string> Receipts(Ticket ticket, Person person) =>
        stage > FollowUpStage.Told && ChannelOf(ticket, person) == FollowUpDefinitions.Rbm ? ReceiptsOf(ticket, person) : [];

    private TicketAnswer? AnswerOf(Ticket ticket) => stage > FollowUpStage.Told ? ticket.Answer : null;

    // What was answered or told to be closed has another status; of the others some change or go by themselves.
    private string CloseReasonOf(Ticket ticket) => stage != FollowUpStage.PolledAgain || ticket.IsLate ? ""
        : ticket.Kind == TicketKind.Closing || ticket.Answer is not null ? ConditionNotMet
        : ticket.LaterStatus switch { null => "", "" => "LEFT_RESULT_SET", _ => ConditionNotMet };
}
