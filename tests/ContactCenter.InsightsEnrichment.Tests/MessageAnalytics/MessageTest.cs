using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.MessageAnalytics;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;

/// <summary>The service with one agent of RCS for Business, spoken to as the platform and as senders do.</summary>
public abstract class MessageTest(TestServers servers) : InsightsTest(servers)
{
    protected const string Agent = "brand@rbm.goog";
    protected const string ClientToken = "SJENCPGJESMGUFPY";
    protected const string M1 = "11111111-1111-4111-8111-111111111111";
    protected const string M2 = "22222222-2222-4222-8222-222222222222";
    protected const string User = "+15550100100";

    private int _events;

    protected override IEnumerable<string> Settings => [$"--Rbm:Agents:0:AgentId={Agent}", $"--Rbm:Agents:0:ClientTokens:0={ClientToken}"];

    protected override string[] Scopes => ["insights.read", "insights.operate", "insights.ingest"];

    protected ContactCenter.Insights.V1.MessageAnalyticsService.MessageAnalyticsServiceClient Messages => new(Channel);

    protected static string Sign(byte[] data, string token = ClientToken) => Convert.ToBase64String(HMACSHA512.HashData(Encoding.UTF8.GetBytes(token), data));

    /// <summary>Posts a body as the platform does.</summary>
    protected async Task<HttpResponseMessage> PostAsync(string path, string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (signature is not null)
            request.Headers.Add("X-Goog-Signature", signature);
        return await Http.SendAsync(request, Cancellation);
    }

    /// <summary>Posts data in its envelope, signed unless a signature is given.</summary>
    protected async Task<HttpStatusCode> NotifyAsync(string data, string? signature = null, string path = "/ingest/rbm", string? type = null)
    {
        using var answer = await PostAsync(path, Envelope(data, type), signature ?? Sign(Encoding.UTF8.GetBytes(data)));
        return answer.StatusCode;
    }

    protected static string Envelope(string data, string? type = null) => JsonSerializer.Serialize(new
    {
        message = new
        {
            data = Convert.ToBase64String(Encoding.UTF8.GetBytes(data)),
            attributes = type is null ? new Dictionary<string, string>() : new() { ["type"] = type },
            messageId = $"envelope-{SHA256.HashData(Encoding.UTF8.GetBytes(data))[0]}",
            publishTime = "2026-01-01T09:00:06Z",
        },
        subscription = "projects/p/subscriptions/s",
    });

    /// <summary>Reports an event of a message.</summary>
    protected async Task ReportAsync(string kind, string messageId, string time, string? eventId = null) =>
        Assert.Equal(HttpStatusCode.OK, await NotifyAsync(Receipt(kind, messageId, time, eventId ?? $"e-{Interlocked.Increment(ref _events)}")));

    protected static string Receipt(string kind, string messageId, string time, string eventId) => kind.StartsWith("TTL", StringComparison.Ordinal)
        ? JsonSerializer.Serialize(new { phoneNumber = User, messageId, agentId = Agent, eventType = kind, eventId, sendTime = time })
        : JsonSerializer.Serialize(new { senderPhoneNumber = User, eventType = kind, eventId, messageId, sendTime = time, agentId = Agent });

    protected async Task<ContactCenter.Insights.V1.RecordResult> SentAsync(string messageId, string time, Action<ContactCenter.Insights.V1.SentMessage>? with = null)
    {
        var message = new ContactCenter.Insights.V1.SentMessage { MessageId = messageId, AgentId = Agent, PhoneNumber = User, SendTime = TimeOf(time) };
        with?.Invoke(message);
        return (await Messages.RecordSentMessageAsync(new() { Message = message }, cancellationToken: Cancellation)).Message.Result;
    }

    protected static Timestamp TimeOf(string time) => DateTimeOffset.Parse(time, null).ToTimestamp();

    /// <summary>Publishes the figures as the service does at a time.</summary>
    protected async Task<Refresh> RefreshAsync(string time)
    {
        await using var transaction = await Services.GetRequiredService<DurableDatabase>().BeginAsync(Cancellation);
        await new RefreshRun(Services.GetRequiredService<IOptions<RbmOptions>>(), new ManualTimeProvider(DateTimeOffset.Parse(time, null))).RunAsync(transaction, null);
        await transaction.CommitAsync(Cancellation);
        return (await Messages.ListRefreshesAsync(new() { PageSize = 1 }, cancellationToken: Cancellation)).Refreshes[0];
    }

    protected async Task<QueryDailyAnalyticsResponse> QueryDaysAsync(string start, string end, AnalyticsView view = AnalyticsView.Unspecified) =>
        await Messages.QueryDailyAnalyticsAsync(new() { StartDate = start, EndDate = end, View = view }, cancellationToken: Cancellation);

    /// <summary>Figures of a day, such as <c>sent 1, read 1, revision 2</c>: those that are not 0.</summary>
    protected async Task<string> FiguresAsync(string day, AnalyticsView view = AnalyticsView.Unspecified) => Figures((await QueryDaysAsync(day, day, view)).Rows.SingleOrDefault());

    protected static string Figures(DailyAnalytics? row) => row is null ? "none" : string.Join(", ", new (string Name, long Value)[]
    {
        ("sent", row.Sent), ("delivered", row.Delivered), ("read", row.Read), ("late_delivered", row.LateDelivered), ("late_read", row.LateRead), ("lateness", row.MaxLatenessDays),
        ("expired", row.Expired), ("expire_failed", row.ExpireFailed), ("read_without_delivered", row.ReadWithoutDelivered), ("revision", row.Revision),
    }.Where(figure => figure.Value != 0).Select(figure => $"{figure.Name} {figure.Value}"));
}
