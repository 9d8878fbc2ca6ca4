using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using MassTransit;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Records messages that other services have sent (MSG-12). What cannot be recorded is a dead letter.</summary>
/// <param name="desk">Records them.</param>
public sealed class RcsMessageSentConsumer(SentMessageDesk desk) : IConsumer<RcsMessageSent>
{
    /// <inheritdoc />
    public async Task Consume(ConsumeContext<RcsMessageSent> context)
    {
        var sent = context.Message;
        var message = new SentMessage
        {
            MessageId = sent.MessageId,
            AgentId = sent.AgentId,
            PhoneNumber = sent.PhoneNumber,
            SendTime = sent.OccurredTime,
            Accepted = sent.Accepted,
            Format = sent.Format ?? "",
            TrafficType = sent.TrafficType ?? "",
            Suggestions = [.. sent.Suggestions.Select(suggestion => new Suggestion { Kind = suggestion.Kind, Text = suggestion.Text ?? "", PostbackData = suggestion.PostbackData })],
            Responder = sent.Responder ?? "",
            Campaign = sent.Campaign ?? "",
            Template = sent.Template ?? "",
            ConversationId = sent.ConversationId ?? "",
        };
        if ((await desk.RecordAsync(context.Transaction(), [message]))[0] is { Result: RecordResult.Rejected, Violations: var violations })
            throw new InvalidOperationException($"The message cannot be recorded: {string.Join("; ", violations.Select(violation => $"{violation.Field} {violation.Description}"))}.");
    }
}
