using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Insights.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Sandbox.Messages;

/// <summary>Plays RCS for Business: records messages as their sender does, reports what becomes of them, signed, and reads the figures.</summary>
/// <param name="http">A client for the receiver's address.</param>
/// <param name="analytics">Records messages and counts them.</param>
/// <param name="options">How patient to be with a receiver that is busy.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="configuration">Names the agent and its client token, as the receiver's settings do.</param>
public sealed class MessageTraffic(
    HttpClient http, MessageAnalyticsService.MessageAnalyticsServiceClient analytics, SandboxOptions options, TimeProvider time, IConfiguration configuration)
{
    private const string Path = "/ingest/rbm";
    private const int MessagesAtATime = 100;
    private const int Parallel = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly string? _agent = configuration["Rbm:Agents:0:AgentId"];
    private readonly byte[] _token = Encoding.UTF8.GetBytes(configuration["Rbm:Agents:0:ClientTokens:0"] ?? "");

    /// <summary>Whether there is an agent to play.</summary>
    public bool IsConfigured => _agent is not null;

    /// <summary>Sends a day's messages and everything that is reported of them.</summary>
    /// <param name="plan">The day.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <returns>How many notifications were sent.</returns>
    /// <exception cref="HttpRequestException">The receiver refused a notification.</exception>
    /// <exception cref="RpcException">The receiver refused messages.</exception>
    public async Task<int> SendAsync(MessagePlan plan, CancellationToken cancellation)
    {
        await RecordAsync(plan.Messages.Where(message => !message.RecordedLast), cancellation);
        var data = plan.Messages.SelectMany(message => MessagePlan.DataOf(_agent!, message)).ToList();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            data, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation }, async (one, ct) => await NotifyAsync(one, ct));
        await RecordAsync(plan.Messages.Where(message => message.RecordedLast), cancellation);
        return data.Count;
    }

    /// <summary>The figures that the suite shows of a day.</summary>
    /// <param name="day">The day.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<List<MessageFigures>> ShownAsync(DateOnly day, CancellationToken cancellation)
    {
        var date = day.ToString("yyyy-MM-dd", null);
        var shown = await analytics.QueryDailyAnalyticsAsync(
            new() { AgentIds = { _agent }, StartDate = date, EndDate = date, View = AnalyticsView.Live }, cancellationToken: cancellation);
        return [.. shown.Rows.Select(row => new MessageFigures(
            DateOnly.Parse(row.Date, null), (int)row.Sent, (int)row.Delivered, (int)row.Read, (int)row.LateDelivered, (int)row.LateRead, (int)row.Expired))];
    }

    private async Task RecordAsync(IEnumerable<PlannedMessage> messages, CancellationToken cancellation)
    {
        foreach (var part in messages.Chunk(MessagesAtATime))
        {
            var request = new RecordSentMessagesRequest
            {
                Messages =
                {
                    part.Select(message => new SentMessage
                    {
                        MessageId = message.Id, AgentId = _agent, PhoneNumber = message.Phone, SendTime = message.SendTime.ToTimestamp(), Accepted = message.Accepted, Campaign = "sandbox",
                    }),
                },
            };
            var answer = await analytics.RecordSentMessagesAsync(request, cancellationToken: cancellation);
            if (answer.Messages.FirstOrDefault(message => message.Result == RecordResult.Rejected) is { } rejected)
                throw new InvalidOperationException($"The message {rejected.MessageId} was rejected: {rejected.Violations[0].Field} {rejected.Violations[0].Description}.");
        }
    }

    private async Task NotifyAsync(string data, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(data);
        var body = JsonSerializer.Serialize(new { message = new { data = Convert.ToBase64String(bytes), messageId = Convert.ToHexString(SHA256.HashData(bytes)) }, subscription = "sandbox" });
        var start = time.GetTimestamp();
        for (var pause = FirstPause; ; pause *= 2)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Goog-Signature", Convert.ToBase64String(HMACSHA512.HashData(_token, bytes)));
            using var response = await http.SendAsync(request, cancellation);
            // The platform repeats it too, for a week.
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || time.GetElapsedTime(start) > options.ReceiverLimit)
            {
                response.EnsureSuccessStatusCode();
                return;
            }

            await Task.Delay(pause, time, cancellation);
        }
    }
}
