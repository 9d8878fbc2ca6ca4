namespace ContactCenter.Sandbox.Itsm;

/// <summary>The tickets of a day: whom they concern, what these answer and what becomes of each is thrown first, and everything that must be sent follows from that.</summary>
/// <param name="Day">The day.</param>
/// <param name="Tickets">Its tickets.</param>
public sealed record TicketPlan(DateOnly Day, IReadOnlyList<Ticket> Tickets)
{
    /// <summary>A reference to nobody.</summary>
    public const string Nobody = "sandbox-nobody";

    /// <summary>The action that approves a ticket.</summary>
    public const string Approve = "approve";

    /// <summary>The action that rejects a ticket.</summary>
    public const string Reject = "reject";

    /// <summary>The action that says that the information is there.</summary>
    public const string Provide = "provide";

    private const int Approvals = 18;
    private const int Informations = 8;
    private const int Closings = 8;
    private const int InWork = 6;

    // Of each kind so many come after the first poll.
    private const int Late = 2;

    /// <summary>Plans a day.</summary>
    /// <param name="seed">Equal seeds give equal tickets.</param>
    /// <param name="day">The day.</param>
    public static TicketPlan OfDay(int seed, DateOnly day)
    {
        var kinds = Enumerable.Repeat(TicketKind.Approval, Approvals)
            .Concat(Enumerable.Repeat(TicketKind.Information, Informations))
            .Concat(Enumerable.Repeat(TicketKind.Closing, Closings))
            .Concat(Enumerable.Repeat(TicketKind.Work, InWork));
        var counts = new Dictionary<TicketKind, int>();
        return new(day, [.. kinds.Select((kind, number) => Of(seed, day, kind, number, counts[kind] = counts.GetValueOrDefault(kind) + 1))]);
    }

    /// <summary>Whether a ticket is due within the day, which the follow-up of approvals asks for.</summary>
    /// <param name="ticket">The ticket.</param>
    public bool IsDue(Ticket ticket) => DateOnly.FromDateTime(ticket.DueTime.UtcDateTime) == Day;

    private static Ticket Of(int seed, DateOnly day, TicketKind kind, int number, int ofKind)
    {
        var dice = new Dice(FormattableString.Invariant($"ticket {seed} {day:yyyy-MM-dd} {number}"));
        var due = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) + dice.Seconds(0, 86_399);
        var (references, people) = Concerned(dice, kind, ofKind);
        var late = ofKind <= Late;
        // The last approvals are due the day after: nobody is told of them today.
        var isToday = kind != TicketKind.Approval || ofKind <= Approvals - Late;
        var answerer = people.Where(person => person != Person.WithoutAddress).ToList();
        TicketAnswer? answer = kind switch
        {
            TicketKind.Approval when !late && dice.Chance(55) => new(dice.Pick(answerer), dice.Chance(70) ? Approve : Reject),
            TicketKind.Information when !late && dice.Chance(40) => new(dice.Pick(answerer), Provide),
            _ => null,
        };
        return new(
            FormattableString.Invariant($"INC-{day:yyyyMMdd}-{seed}-{number:00}"),
            kind,
            isToday ? due : due.AddDays(1),
            late,
            references,
            people,
            isToday ? answer : null,
            late ? null : dice.Weighted<string?>([(null, 50), ("Canceled", 25), ("", 25)]));
    }

    private static (IReadOnlyList<string> References, IReadOnlyList<Person> People) Concerned(Dice dice, TicketKind kind, int ofKind)
    {
        if (kind == TicketKind.Closing)
            return ([], Person.Desk);
        if (kind != TicketKind.Approval)
            return Named([dice.Pick(Person.Reachable)]);
        return ofKind switch
        {
            Late + 1 => Named([Person.WithoutRcs]),
            Late + 2 => Named([Person.WithoutPhone, Person.Reachable[0]]),
            Late + 3 => ([Nobody, Person.Reachable[1].Id, Person.WithoutAddress.Id], [Person.Reachable[1], Person.WithoutAddress]),
            // By address and by number, whatever the case.
            Late + 4 => ([Person.Reachable[2].Mail.ToUpperInvariant(), Person.Reachable[3].Phone], [Person.Reachable[2], Person.Reachable[3]]),
            _ => Named([.. Enumerable.Range(0, dice.Between(1, 3)).Select(_ => dice.Pick(Person.Reachable)).Distinct()]),
        };
    }

    private static (IReadOnlyList<string> References, IReadOnlyList<Person> People) Named(IReadOnlyList<Person> people) => ([.. people.Select(person => person.Id)], people);
}
