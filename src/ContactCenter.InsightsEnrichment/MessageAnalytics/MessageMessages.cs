using System.Text.Json;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Turns messages, refreshes and receipts into messages of the contract, and back.</summary>
internal static class MessageMessages
{
    /// <summary>A message that was sent, as it came by rpc.</summary>
    public static SentMessage Read(V1.SentMessage message, string field) => new()
    {
        MessageId = message.MessageId,
        AgentId = message.AgentId,
        PhoneNumber = message.PhoneNumber,
        SendTime = RpcTimes.Read(message.SendTime, Contracts.InsightsErrors.Domain, $"{field}.send_time"),
        Accepted = !message.HasAccepted || message.Accepted,
        Format = message.Format,
        TrafficType = message.TrafficType,
        Suggestions =
        [
            .. message.Suggestions.Select(suggestion => new Suggestion
            {
                Kind = suggestion.Kind switch { V1.SuggestionKind.Reply => "reply", V1.SuggestionKind.Action => "action", _ => "" },
                Text = suggestion.Text,
                PostbackData = suggestion.PostbackData,
            }),
        ],
        Responder = message.Responder,
        Campaign = message.Campaign,
        Template = message.Template,
        ConversationId = message.ConversationId,
    };

    /// <summary>What became of a message that was to be recorded.</summary>
    public static V1.RecordedMessage Of(RecordedMessage recorded) => new()
    {
        MessageId = recorded.Message.MessageId,
        AgentId = recorded.Message.AgentId,
        Result = (V1.RecordResult)recorded.Result,
        Violations = { recorded.Violations.Select(violation => new V1.RecordViolation { Field = violation.Field, Reason = violation.Reason, Description = violation.Description }) },
    };

    /// <summary>A recorded message with what became of it.</summary>
    public static V1.Message Of(MessageRow row, int window)
    {
        var status = StatusOf(row);
        return new()
        {
            Sent = SentOf(row),
            Status = status,
            DeliveredTime = row.DeliveredTime?.ToTimestamp(),
            ReadTime = row.ReadTime?.ToTimestamp(),
            ExpiredTime = status == V1.MessageStatus.Expired ? row.ExpiredTime?.ToTimestamp() : null,
            DeliveredLate = row.DeliveredTime is { } delivered && ReceiptDay.Of(row.SendTime, delivered) > window,
            ReadLate = row.ReadTime is { } read && ReceiptDay.Of(row.SendTime, read) > window,
        };
    }

    /// <summary>A refresh.</summary>
    public static V1.Refresh Of(RefreshRow row) => new()
    {
        RefreshNumber = row.RefreshNumber,
        CutOffTime = row.FinishTime is null ? null : row.CutOffTime.ToTimestamp(),
        FinishTime = row.FinishTime?.ToTimestamp(),
        RestatedDays = { row.RestatedDays.Select(day => day.ToString("yyyy-MM-dd", null)) },
        RowsChanged = row.RowsChanged,
        RequestedBy = row.RequestedBy ?? "",
    };

    /// <summary>Receipts without send.</summary>
    public static V1.UnmatchedReceipts Of(WaitingRow row) => new()
    {
        AgentId = row.AgentId,
        MessageId = row.MessageId,
        Kinds = { NotificationKinds.Receipts.Where((_, bit) => (row.Kinds & (1 << bit)) != 0) },
        WaitingSince = row.WaitingSince.ToTimestamp(),
        GivenUp = row.GivenUp,
    };

    // As MessageStore's SQL tells it.
    private static V1.MessageStatus StatusOf(MessageRow row) => row switch
    {
        { ReadTime: not null } => V1.MessageStatus.Read,
        { DeliveredTime: not null } => V1.MessageStatus.Delivered,
        { ExpiredTime: not null } => V1.MessageStatus.Expired,
        _ => V1.MessageStatus.Sent,
    };

    private static V1.SentMessage SentOf(MessageRow row)
    {
        var sent = new V1.SentMessage
        {
            MessageId = row.MessageId,
            AgentId = row.AgentId,
            PhoneNumber = row.Phone,
            SendTime = row.SendTime.ToTimestamp(),
            Accepted = row.Accepted,
            Format = row.Format,
            TrafficType = row.TrafficType,
            Responder = row.Responder,
            Campaign = row.Campaign,
            Template = row.Template,
            ConversationId = row.ConversationId,
        };
        foreach (var suggestion in row.Suggestions is { } json ? JsonSerializer.Deserialize<Suggestion[]>(json)! : [])
        {
            sent.Suggestions.Add(new V1.Suggestion
            {
                Kind = suggestion.Kind == "action" ? V1.SuggestionKind.Action : V1.SuggestionKind.Reply,
                Text = suggestion.Text,
                PostbackData = suggestion.PostbackData,
            });
        }

        return sent;
    }
}
