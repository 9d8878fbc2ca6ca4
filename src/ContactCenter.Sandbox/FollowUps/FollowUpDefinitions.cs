using ContactCenter.FollowUps.V1;
using ContactCenter.Sandbox.Itsm;
using Action = ContactCenter.FollowUps.V1.Action;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>How the suite is told to follow up the sandbox's tickets.</summary>
public static class FollowUpDefinitions
{
    /// <summary>The channel of RCS for Business.</summary>
    public const string Rbm = "sandbox-rbm";

    /// <summary>The channel of e-mail.</summary>
    public const string Mail = "sandbox-mail";

    private const string Tickets = "sandbox-tickets";
    private const string Rounds = "sandbox-rounds";
    private const string Answers = "sandbox-answers";
    private const string Closures = "sandbox-closures";
    private const int PollingMinutes = 60;

    /// <summary>The operations of the ITSM system.</summary>
    /// <param name="url">Where the sandbox is reached.</param>
    public static IEnumerable<Integration> Integrations(string url)
    {
        var root = url + ItsmApi.Root;
        yield return new() { IntegrationId = Tickets, Method = HttpMethod.Get, Url = $"{root}/tickets", Paging = new() { ItemsPath = "result", NextLinkPath = "next" }, Retry = Patient() };
        yield return Note(root, Rounds, """{"attempt":"@{followup.attempt}","recipients":"@{followup.recipients}"}""");
        yield return Note(root, Answers, """{"answer":"@{followup.answer}","by":"@{followup.answeredBy}","name":"@{user.firstName}"}""");
        yield return Note(root, Closures, """{"outcome":"@{followup.outcome}","attempts":"@{followup.attempts}"}""");
    }

    /// <summary>The follow-up of tickets of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="plan">The day.</param>
    /// <param name="seed">The seed, as follow-ups of other days and seeds are there too.</param>
    public static FollowUp Of(TicketKind kind, TicketPlan plan, int seed)
    {
        var followUp = new FollowUp
        {
            DisplayName = FormattableString.Invariant($"{kind} {plan.Day:yyyy-MM-dd} seed {seed}"),
            Status = FollowUpStatus.Active,
            DataExtraction = new()
            {
                PollingFrequencyMinutes = PollingMinutes,
                Steps = { Call(Tickets, "tickets") },
                LoopingElement = "@{local.tickets.result}",
                ReconciliationId = "@{followup.data.number}",
                JitterSeconds = 0,
            },
            Recipients = new() { User = "@{followup.data.people}" },
            Message = new() { ChannelId = Rbm, Subject = "Ticket @{followup.data.number}" },
            NotificationSchedule = new() { NotificationFrequencyMinutes = PollingMinutes, Attempts = 3 },
        };
        var midnight = FormattableString.Invariant($"{plan.Day.AddDays(1):yyyy-MM-dd}T00:00:00Z");
        switch (kind)
        {
            case TicketKind.Approval:
                followUp.DataExtraction.Condition = All(("status", Operator.Equals, "Pending Approval"), ("dueTime", Operator.Less, midnight));
                followUp.Message.Parts.Add(new MessagePart
                {
                    Cards = new() { Cards_ = { new Card { Title = "@{followup.data.number}", Description = "@{user.firstName}, please decide until @{followup.data.dueTime}." } } },
                });
                followUp.Message.FallbackChannelIds.Add(Mail);
                followUp.Message.Actions.Add([Reply(TicketPlan.Approve), Reply(TicketPlan.Reject)]);
                followUp.PostActions = new() { AfterEachAttempt = { Call(Rounds) } };
                break;
            case TicketKind.Information:
                followUp.DataExtraction.Condition = All(("status", Operator.Equals, "Pending User"));
                followUp.Message.ChannelId = Mail;
                followUp.Message.Parts.Add(new MessagePart { Text = "@{followup.data.number}: @{user.firstName}, we wait for what you know (@{followup.attempt} of @{followup.attempts})." });
                followUp.Message.Actions.Add(Reply(TicketPlan.Provide));
                followUp.NotificationSchedule.Attempts = 2;
                break;
            default:
                followUp.DataExtraction.Condition = All(("status", Operator.Equals, "Resolved"));
                followUp.Recipients = new() { Group = "@{followup.data.group}" };
                followUp.Message.Parts.Add(new MessagePart { Text = "@{followup.data.number} is resolved and will be closed." });
                followUp.NotificationSchedule.Attempts = 1;
                followUp.PostActions = new() { AfterAllAttempts = { Call(Closures) }, AfterAllDelayMinutes = 0 };
                break;
        }

        return followUp;
    }

    /// <summary>What an action is shown as.</summary>
    /// <param name="actionId">The action.</param>
    public static string TitleOf(string actionId) => actionId switch
    {
        TicketPlan.Approve => "Approve",
        TicketPlan.Reject => "Reject",
        _ => "It is there now",
    };

    private static Integration Note(string root, string id, string body) => new()
    {
        IntegrationId = id,
        Method = HttpMethod.Post,
        Url = $"{root}/tickets/@{{followup.data.number}}/{id["sandbox-".Length..]}",
        Body = body,
        Retry = Patient(),
    };

    private static Retry Patient() => new() { MaxAttempts = 5, InitialDelayMilliseconds = 200 };

    private static Step Call(string integration, string resultAs = "") => new() { IntegrationCall = new() { IntegrationId = integration, ResultAs = resultAs } };

    private static Action Reply(string id) => new() { ActionId = id, Title = TitleOf(id), Kind = ActionKind.Reply, OnAnswer = { Call(Answers) } };

    private static Condition All(params (string Field, Operator Operator, string Value)[] clauses) => new()
    {
        Match = Match.All,
        Clauses = { clauses.Select(clause => new Clause { Left = $"@{{followup.data.{clause.Field}}}", Operator = clause.Operator, Right = clause.Value }) },
    };
}
