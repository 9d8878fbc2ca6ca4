using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Renders customers and decisions about them as messages of the contract.</summary>
internal static class CustomerMessages
{
    /// <summary>Renders a customer.</summary>
    public static V1.Customer Of(Customer customer)
    {
        var message = new V1.Customer
        {
            CustomerId = customer.CustomerId,
            LinkSource = (V1.CustomerLinkSource)(customer.Source ?? 0),
            KeyKind = (V1.CustomerKeyKind)(customer.Kind ?? 0),
            MergedIntoCustomerId = customer.MergedInto ?? "",
            MergedCustomerIds = { customer.Merged },
            FirstSeenTime = customer.FirstSeen?.ToTimestamp(),
            LastSeenTime = customer.LastSeen?.ToTimestamp(),
            ConversationCount = customer.Conversations,
            Test = customer.Test,
            EraseTime = customer.EraseTime?.ToTimestamp(),
        };
        foreach (var (name, value) in customer.Fields)
        {
            if (CustomerFields.Measures.Contains(name))
                message.Measures[name] = CustomerFields.Number(value)!.Value;
            else
                message.Attributes[name] = value;
        }

        return message;
    }

    /// <summary>Renders what became of one value that could have named the customer.</summary>
    public static V1.LinkExplanation Of(LinkStep step, CustomerIds ids)
    {
        // Without an id the conversation cannot name anybody.
        var customerId = step.Key is { Value.Length: > 0 } key ? ids.Of(key) : "";
        var used = step.NotUsed == NotUsed.Used && customerId.Length > 0;
        return new()
        {
            Source = (V1.CustomerLinkSource)step.Source,
            Raw = step.Raw ?? "",
            Normalised = step.Key?.Value ?? "",
            KeyKind = customerId.Length > 0 ? (V1.CustomerKeyKind)step.Key!.Kind : V1.CustomerKeyKind.Unspecified,
            CustomerId = customerId,
            Used = used,
            WhyNot = used ? V1.LinkRefusal.Unspecified : step.NotUsed == NotUsed.Used ? V1.LinkRefusal.NotGiven : (V1.LinkRefusal)step.NotUsed,
        };
    }

    /// <summary>Renders what moved.</summary>
    public static V1.MovedConversations Of(MovedConversations moved) => new() { ConversationCount = moved.Count, ConversationIds = { moved.First } };

    /// <summary>Renders a decision; null as null.</summary>
    [return: NotNullIfNotNull(nameof(decision))]
    public static V1.CustomerHistoryEntry? Of(CustomerDecision? decision) => decision is null
        ? null
        : new()
        {
            EntryId = decision.EntryId.ToString(),
            Action = decision.Action switch
            {
                CustomerDecision.Merge => V1.CustomerAction.Merge,
                CustomerDecision.Unmerge => V1.CustomerAction.Unmerge,
                CustomerDecision.Relink => V1.CustomerAction.Relink,
                CustomerDecision.WithdrawRelink => V1.CustomerAction.WithdrawRelink,
                _ => V1.CustomerAction.Erase,
            },
            Actor = decision.Actor,
            Reason = decision.Reason,
            Before = decision.Before,
            After = decision.After,
            ConversationCount = decision.ConversationCount,
            CreateTime = decision.CreateTime.ToTimestamp(),
        };
}
