using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Renders corrections and decisions as messages of the contract.</summary>
internal static class CorrectionMessages
{
    /// <summary>Renders a correction.</summary>
    public static V1.Correction Of(SegmentCorrection correction) => new()
    {
        CorrectionId = correction.CorrectionId.ToString(),
        OfConversation = correction.OfConversation,
        Values = { correction.Values.Select(value => new V1.CorrectedValue { Field = value.Field, Value = value.Value, ReplacedValue = value.Replaced ?? "" }) },
        Actor = correction.Actor,
        Reason = correction.Reason,
        CreateTime = correction.CreateTime.ToTimestamp(),
    };

    /// <summary>Renders a decision.</summary>
    public static V1.ConversationHistoryEntry Of(ConversationDecision decision) => new()
    {
        EntryId = decision.EntryId.ToString(),
        Action = decision.Action switch
        {
            ConversationDecision.Correct => V1.ConversationAction.Correct,
            ConversationDecision.WithdrawCorrection => V1.ConversationAction.WithdrawCorrection,
            ConversationDecision.SetSegmentLink => V1.ConversationAction.SetSegmentLink,
            ConversationDecision.LinkTask => V1.ConversationAction.LinkTask,
            ConversationDecision.UnlinkTask => V1.ConversationAction.UnlinkTask,
            ConversationDecision.Relink => V1.ConversationAction.Relink,
            _ => V1.ConversationAction.WithdrawRelink,
        },
        Actor = decision.Actor,
        Reason = decision.Reason,
        AccountSid = decision.AccountSid,
        ConversationIds = { decision.ConversationIds },
        SegmentId = decision.SegmentId ?? "",
        TaskSid = decision.TaskSid ?? "",
        CorrectionId = decision.CorrectionId?.ToString() ?? "",
        Changes = { decision.Changes.Select(change => new V1.ValueChange { Field = change.Field, Before = change.Before ?? "", After = change.After ?? "" }) },
        CreateTime = decision.CreateTime.ToTimestamp(),
    };
}
