using ContactCenter.FollowUps.V1;
using ContactCenter.Sandbox.Itsm;
using ContactCenter.Sandbox.Passes;
using ContactCenter.Sandbox.Rbm;
using Grpc.Core;
using Record = ContactCenter.FollowUps.V1.Record;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>Compares what became of a day's tickets with the truth: as the service tells it, as the ITSM system was told, and as telephones and mailboxes show it.</summary>
/// <param name="records">Records and notifications.</param>
/// <param name="polls">Polls.</param>
/// <param name="history">The conversation history.</param>
/// <param name="itsm">The ITSM system.</param>
/// <param name="rbm">The telephones.</param>
/// <param name="mails">The mailboxes.</param>
public sealed class FollowUpVerification(
    RecordService.RecordServiceClient records,
    PollService.PollServiceClient polls,
    HistoryService.HistoryServiceClient history,
    ItsmApi itsm,
    RbmApi rbm,
    MailFolder mails)
{
    private const int PageSize = 1_000;

    /// <summary>Compares everything.</summary>
    /// <param name="plan">The day.</param>
    /// <param name="stage">How far the pass has come.</param>
    /// <param name="followUps">The follow-ups by the kind of their tickets.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task<IReadOnlyList<Differences>> CompareAsync(
        TicketPlan plan, FollowUpStage stage, IReadOnlyDictionary<TicketKind, string> followUps, CancellationToken cancellation)
    {
        try
        {
            return await CompareKnownAsync(new(plan, stage), plan, followUps, cancellation);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            // What cannot be read is a difference too; the next try may find it back.
            return [new("Follow-ups", [$"all: {e.Status}"], [])];
        }
    }

    private async Task<IReadOnlyList<Differences>> CompareKnownAsync(
        FollowUpTruth truth, TicketPlan plan, IReadOnlyDictionary<TicketKind, string> followUps, CancellationToken cancellation)
    {
        var (tracked, told, made, happened) = (new List<Record>(), new List<Notification>(), new List<PollFacts>(), new List<ConversationEvent>());
        foreach (var (kind, id) in followUps)
        {
            tracked.AddRange((await records.ListRecordsAsync(new() { FollowUpId = id, PageSize = PageSize }, cancellationToken: cancellation)).Records);
            told.AddRange((await records.ListNotificationsAsync(new() { FollowUpId = id, PageSize = PageSize }, cancellationToken: cancellation)).Notifications);
            made.AddRange(await PollsAsync(kind, id, cancellation));
            happened.AddRange((await history.ListConversationEventsAsync(new() { InitiatedBy = Initiator.Bot, FollowUpId = id, PageSize = PageSize }, cancellationToken: cancellation)).Events);
        }

        var tickets = tracked.ToDictionary(record => record.RecordId, record => record.ReconciliationId, StringComparer.Ordinal);
        var byMessage = told.SelectMany(notification => notification.MessageIds.Select(id => (id, notification))).ToDictionary(pair => pair.id, pair => pair.notification, StringComparer.Ordinal);
        return
        [
            Differences.Between("Followed records", truth.Records(), tracked.Select(Of)),
            Differences.Between("Notifications", truth.Notifications(), told.Select(notification => new NotificationFacts(
                tickets.GetValueOrDefault(notification.RecordId, ""), notification.UserId, notification.Attempt, notification.State.ToString().ToUpperInvariant(), notification.ChannelId))),
            Differences.Between("RBM messages", truth.Messages(FollowUpDefinitions.Rbm), rbm.Messages.Select(message => Message(message.Id, message.Phone, message.Text, message.Suggestions.Select(suggestion => suggestion.Text)))),
            Differences.Between("Mails", truth.Messages(FollowUpDefinitions.Mail), MailsOf(plan).Select(mail => Message(mail.Id, mail.To, mail.Text, mail.Links.Keys))),
            Differences.Between("Notes in the ITSM system", truth.Notes(), itsm.Notes),
            Differences.Between("Polls", truth.Polls(), made),
            Differences.Between("Conversation history", truth.History(), happened.Select(entry => new HistoryFacts(
                entry.ReconciliationId, entry.UserId, entry.Code, entry.Detail, entry.ChannelId, entry.CountsAsSession))),
        ];

        MessageFacts Message(string id, string address, string text, IEnumerable<string> actions)
        {
            var notification = byMessage.GetValueOrDefault(id);
            return new(tickets.GetValueOrDefault(notification?.RecordId ?? "", ""), notification?.UserId ?? "", address, text, string.Join(", ", actions));
        }
    }

    /// <summary>The mails about a day's tickets.</summary>
    /// <param name="plan">The day.</param>
    public IReadOnlyList<Mail> MailsOf(TicketPlan plan)
    {
        var numbers = plan.Tickets.Select(ticket => $"Ticket {ticket.Number}").ToHashSet(StringComparer.Ordinal);
        return [.. mails.Read().Where(mail => numbers.Contains(mail.Subject))];
    }

    private async Task<IEnumerable<PollFacts>> PollsAsync(TicketKind kind, string followUp, CancellationToken cancellation)
    {
        var facts = new List<PollFacts>();
        var listed = (await polls.ListPollsAsync(new() { FollowUpId = followUp }, cancellationToken: cancellation)).Polls.Reverse();
        foreach (var (i, summary) in listed.Index())
        {
            var poll = (await polls.GetPollAsync(new() { PollId = summary.PollId }, cancellationToken: cancellation)).Poll;
            facts.AddRange(poll.State == PollState.Succeeded
                ? [.. Of("new", poll.NewIds), .. Of("continued", poll.ContinuedIds), .. Of("closed", poll.ClosedIds)]
                : Of($"{poll.State}: {poll.Reason}", [""]));

            IEnumerable<PollFacts> Of(string change, IEnumerable<string> ids) => ids.Select(id => new PollFacts(kind.ToString(), i + 1, change, id));
        }

        return facts;
    }

    private static RecordFacts Of(Record record) => new(
        record.ReconciliationId,
        record.State.ToString().ToUpperInvariant(),
        record.CloseReason,
        record.Episode,
        record.Answer is { } answer ? $"{answer.ActionId} {answer.UserId} {answer.Effect}" : "",
        string.Join(", ", record.Recipients.Select(recipient => $"{recipient.UserId}: {(recipient.BlockedReason.Length > 0 ? recipient.BlockedReason : recipient.Attempts)}").Order(StringComparer.Ordinal)));
}
