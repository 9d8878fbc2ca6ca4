using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Rbm;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Sandbox.Messages;

/// <summary>Plays RCS for Business: records messages as their sender does, reports what becomes of them, and reads the figures.</summary>
/// <param name="webhook">Reports what becomes of them.</param>
/// <param name="analytics">Records messages and counts them.</param>
/// <param name="patience">Repeats what met a service that is away.</param>
public sealed class MessageTraffic(RbmWebhook webhook, MessageAnalyticsService.MessageAnalyticsServiceClient analytics, Patience patience)
{
    private const int MessagesAtATime = 100;
    private const int Parallel = 8;

    /// <summary>Whether there is an agent to play.</summary>
    public bool IsConfigured => webhook.Agent is not null;

    /// <summary>Sends a day's messages and everything that is reported of them.</summary>
    /// <param name="plan">The day.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <returns>How many notifications were sent.</returns>
    /// <exception cref="HttpRequestException">The receiver refused a notification.</exception>
    /// <exception cref="RpcException">The receiver refused messages.</exception>
    public async Task<int> SendAsync(MessagePlan plan, CancellationToken cancellation)
    {
        await RecordAsync(plan.Messages.Where(message => !message.RecordedLast), cancellation);
        var data = plan.Messages.SelectMany(message => MessagePlan.DataOf(webhook.Agent!, message)).ToList();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            data, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation }, async (one, ct) => await webhook.NotifyAsync(one, ct));
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
            new() { AgentIds = { webhook.Agent }, StartDate = date, EndDate = date, View = AnalyticsView.Live }, cancellationToken: cancellation);
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
                        MessageId = message.Id, AgentId = webhook.Agent, PhoneNumber = message.Phone, SendTime = message.SendTime.ToTimestamp(), Accepted = message.Accepted, Campaign = "sandbox",
                    }),
                },
            };
            var answer = await patience.RepeatAsync(async ct => await analytics.RecordSentMessagesAsync(request, cancellationToken: ct), cancellation);
            if (answer.Messages.FirstOrDefault(message => message.Result == RecordResult.Rejected) is { } rejected)
                throw new InvalidOperationException($"The message {rejected.MessageId} was rejected: {rejected.Violations[0].Field} {rejected.Violations[0].Description}.");
        }
    }
}
