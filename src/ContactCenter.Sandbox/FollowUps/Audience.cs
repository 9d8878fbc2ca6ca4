using System.Net;
using System.Text.RegularExpressions;
using ContactCenter.Sandbox.Itsm;
using ContactCenter.Sandbox.Rbm;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>The people who are told of tickets: their telephones deliver and show messages, and they answer some of them by a tap or by a link.</summary>
/// <param name="rbm">The telephones.</param>
/// <param name="webhook">Reports what happens on them.</param>
/// <param name="verification">Finds mails.</param>
/// <param name="clients">Open the links of mails.</param>
public sealed partial class Audience(RbmApi rbm, RbmWebhook webhook, FollowUpVerification verification, IHttpClientFactory clients)
{
    /// <summary>Reads and answers everything; done again, it reports the same.</summary>
    /// <param name="plan">The day.</param>
    /// <param name="readTime">When they are read; the same when it is done again.</param>
    /// <param name="cancellation">Ends the calls.</param>
    /// <exception cref="HttpRequestException">A receiver refused what it must take, or took what it must refuse.</exception>
    public async Task ReadAsync(TicketPlan plan, DateTimeOffset readTime, CancellationToken cancellation)
    {
        var tickets = plan.Tickets.ToDictionary(ticket => ticket.Number, StringComparer.Ordinal);
        var people = Person.All.Where(person => person.HasRcs).ToDictionary(person => person.Phone, StringComparer.Ordinal);
        foreach (var message in rbm.Messages)
        {
            // What is still sent about tickets of before concerns nobody any more.
            if (tickets.TryGetValue(Number().Match(message.Text).Value, out var ticket))
                await ReadAsync(message, ticket, people[message.Phone], readTime, cancellation);
        }

        using var http = clients.CreateClient();
        foreach (var mail in verification.MailsOf(plan))
            await ReadAsync(http, mail, tickets[Number().Match(mail.Subject).Value], cancellation);
    }

    private async Task ReadAsync(RbmMessage message, Ticket ticket, Person person, DateTimeOffset readTime, CancellationToken cancellation)
    {
        foreach (var kind in FollowUpTruth.ReceiptsOf(ticket, person))
            await webhook.NotifyAsync(RbmReport.Receipt(webhook.Agent!, message.Id, message.Phone, kind, readTime), cancellation);
        if (ticket.Answer is not { } answer || answer.Person != person)
            return;
        // The platform may deliver a tap twice.
        var tap = RbmReport.Tap(webhook.Agent!, message, message.Suggestions.Single(suggestion => suggestion.Text == FollowUpDefinitions.TitleOf(answer.ActionId)), readTime);
        await webhook.NotifyAsync(tap, cancellation);
        await webhook.NotifyAsync(tap, cancellation);
    }

    private static async Task ReadAsync(HttpClient http, Mail mail, Ticket ticket, CancellationToken cancellation)
    {
        if (ticket.Answer is not { } answer || answer.Person.Mail != mail.To)
            return;
        var chosen = FollowUpDefinitions.TitleOf(answer.ActionId);
        // A scanner that opens every link answers nothing.
        foreach (var link in mail.Links.Values)
            await ExpectAsync(http.GetAsync(link, cancellation), HttpStatusCode.OK);
        await ExpectAsync(http.PostAsync(mail.Links[chosen], null, cancellation), HttpStatusCode.OK);
        foreach (var other in mail.Links.Where(link => link.Key != chosen))
            await ExpectAsync(http.PostAsync(other.Value, null, cancellation), HttpStatusCode.Conflict);
    }

    private static async Task ExpectAsync(Task<HttpResponseMessage> call, HttpStatusCode status)
    {
        using var response = await call;
        if (response.StatusCode != status)
            throw new HttpRequestException($"A link for an answer gave {(int)response.StatusCode}, not {(int)status}.");
    }

    [GeneratedRegex("INC-[0-9]+-[0-9]+-[0-9]+")]
    private static partial Regex Number();
}
