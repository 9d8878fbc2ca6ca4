using System.Net;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;
using Record = ContactCenter.FollowUps.V1.Record;

namespace ContactCenter.FollowUpScheduler.Tests.Answers;

public sealed class AnswerTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    [Rule("FUP-78")]
    [Rule("FUP-80")]
    [Rule("FUP-83")]
    [Rule("FUP-88")]
    public async Task The_first_answer_counts_wherever_it_comes_from()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"), Ticket("B"));
        await CreateAsync(Approvals());
        var sent = await SentAsync("approvals", 2);
        var (approve, reject) = (Token(sent[0], 0), Token(sent[0], 1));
        using var http = new HttpClient { BaseAddress = Http };

        using var page = await http.GetAsync($"/answers/{approve}", Cancellation);
        Assert.Equal((HttpStatusCode.OK, "no-store", "no-referrer"), (page.StatusCode, page.Headers.CacheControl?.ToString(), page.Headers.GetValues("Referrer-Policy").Single()));
        Assert.Equal(RecordState.Active, (await RecordOfAsync(sent[0])).State);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(http, approve));
        var answered = (await RecordOfAsync(sent[0])).Answer;
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(http, approve));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(http, reject));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(http, $"{approve[..^2]}xx"));
        Assert.Equal(answered, (await RecordOfAsync(sent[0])).Answer);
        await FailsAsync(StatusCode.AlreadyExists, "ALREADY_ANSWERED", Records.AnswerNotificationAsync(new() { Token = reject }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "TOKEN_UNKNOWN", Records.AnswerNotificationAsync(new() { Token = "x" }, cancellationToken: Cancellation));

        Itsm.HasTickets();
        await PassAsync(TimeSpan.FromMinutes(29));
        await PolledAsync("approvals", 2);
        Assert.Equal(HttpStatusCode.Gone, await PostAsync(http, Token(sent[1], 0)));
        await FailsAsync(StatusCode.FailedPrecondition, "ANSWER_TOO_LATE", Records.AnswerNotificationAsync(new() { Token = Token(sent[1], 0) }, cancellationToken: Cancellation));
        Assert.Null((await RecordOfAsync(sent[1])).Answer);
        Assert.Equal(2, Rbm.Requests.Count(request => request.Method == "POST"));
    }

    [Fact]
    [Rule("FUP-88")]
    [Rule("FUP-89")]
    [Rule("FUP-97")]
    public async Task A_record_that_is_stopped_gets_no_more_and_ends_early()
    {
        await PrepareAsync();
        await Integrations.CreateIntegrationAsync(
            new() { Integration = new() { IntegrationId = "end", Method = HttpMethod.Post, Url = $"http://{Itsm.Authority}/end", Body = """{"outcome":"@{followup.outcome}"}""" } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.PostActions = new() { AfterAllAttempts = { new Step { IntegrationCall = new() { IntegrationId = "end" } } }, AfterAllOnEarlyStop = true };
        var calls = 0;
        Itsm.Answer = request => request.Path == "/tickets" ? (200, $$"""{"result":[{{Ticket("A")}}]}""") : (++calls == 1 ? 400 : 200, "{}");
        await CreateAsync(followUp);
        await SentAsync("approvals", 1);
        var record = await RecordAsync("approvals", "A");

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Records.StopRecordAsync(new() { RecordId = record.RecordId }, cancellationToken: Cancellation), "note");
        await Records.StopRecordAsync(new() { RecordId = record.RecordId, Note = "Duplicate." }, cancellationToken: Cancellation);
        await Records.StopRecordAsync(new() { RecordId = record.RecordId, Note = "Duplicate." }, cancellationToken: Cancellation);

        Assert.Equal(RecordState.Stopped, (await RecordAsync("approvals", "A")).State);
        // The step is refused for good and becomes a dead letter, whose replay goes on with the same key.
        await Eventually.TrueAsync(async () => (await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters.Count == 1);
        var letter = (await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters.Single();
        await Operations.ReplayDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => Itsm.Requests.Count(request => request.Path == "/end") == 2);
        var ends = Itsm.Requests.Where(request => request.Path == "/end").ToList();
        Assert.All(ends, end => Assert.Equal("""{"outcome":"STOPPED"}""", end.Body));
        Assert.Single(ends.Select(end => end.Headers["Idempotency-Key"]).Distinct());
    }

    private string Token(Notification notification, byte action) => Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(notification.NotificationId), action);

    private async Task<Record> RecordOfAsync(Notification notification) =>
        (await Records.GetRecordAsync(new() { RecordId = notification.RecordId }, cancellationToken: Cancellation)).Record;

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string token)
    {
        using var response = await http.PostAsync($"/answers/{token}", null, Cancellation);
        return response.StatusCode;
    }
}
