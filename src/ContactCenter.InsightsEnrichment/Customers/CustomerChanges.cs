using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>
/// The customers of the conversations of one batch: what their events, relinks and merges say now, compared with what is
/// stored. Differences are written, and published unless the customer is provisional (INS-84).
/// </summary>
internal sealed class CustomerChanges
{
    private readonly DurableTransaction _transaction;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<(string AccountSid, string ConversationId), ConversationCustomerRow> _stored;
    private readonly Dictionary<(string AccountSid, string ConversationId), Found> _found;
    private readonly Dictionary<string, string> _shown;
    private readonly List<ConversationCustomerRow> _changed = [];
    private readonly HashSet<(string AccountSid, string ConversationId)> _kept = [];

    private CustomerChanges(
        DurableTransaction transaction,
        DateTimeOffset now,
        Dictionary<(string, string), ConversationCustomerRow> stored,
        Dictionary<(string, string), Found> found,
        Dictionary<string, string> shown) => (_transaction, _now, _stored, _found, _shown) = (transaction, now, stored, found, shown);

    /// <summary>Warnings that conversations give rise to for the first time.</summary>
    public List<(string AccountSid, SegmentWarning Warning)> Warnings { get; } = [];

    /// <summary>Works out the customers of conversations.</summary>
    /// <param name="transaction">Holds the conversations.</param>
    /// <param name="rules">What decides.</param>
    /// <param name="conversations">As their events are now.</param>
    /// <param name="now">Time of the change.</param>
    public static async Task<CustomerChanges> FindAsync(
        DurableTransaction transaction, CustomerRules rules, IReadOnlyCollection<ConversationTasks> conversations, DateTimeOffset now)
    {
        var ids = conversations.Select(conversation => conversation.ConversationId).Distinct(StringComparer.Ordinal).ToArray();
        var stored = (await ConversationCustomerStore.ReadAsync(transaction.Connection, ids)).ToDictionary(row => (row.AccountSid, row.ConversationId));
        var relinked = await ConversationCustomerStore.RelinksAsync(transaction.Connection, ids);
        var ofSealed = conversations.Any(conversation => conversation.Sealed.Count > 0) ? await SealedStore.CustomersAsync(transaction.Connection, ids) : [];
        var found = new Dictionary<(string AccountSid, string ConversationId), Found>();
        foreach (var conversation in conversations)
        {
            var key = (conversation.AccountSid, conversation.ConversationId);
            var customer = conversation.Tasks.Count == 0 ? null : ConversationCustomer.Of(conversation.ConversationId, conversation.Tasks, rules.Keys);
            if ((ofSealed.GetValueOrDefault(key)?.With(customer) ?? customer) is { } known)
                found[key] = new(known, rules.Ids.Of(known.Key), relinked.GetValueOrDefault(key));
        }

        var shown = await ConversationCustomerStore.ShownAsync(transaction.Connection, [.. found.Values.Select(customer => customer.CustomerId).Distinct(StringComparer.Ordinal)]);
        return new(transaction, now, stored, found, shown);
    }

    /// <summary>Enters the customer in a conversation that exists now.</summary>
    /// <param name="accountSid">Its account.</param>
    /// <param name="accounts">Tells test environments apart.</param>
    /// <param name="conversation">The conversation.</param>
    public Conversation Enter(string accountSid, TwilioAccounts accounts, Conversation conversation)
    {
        var publishes = accounts.Publishes(accountSid);
        var key = (accountSid, conversation.ConversationId);
        var found = _found[key];
        var before = _stored.GetValueOrDefault(key);
        var known = before is null ? null : JsonSerializer.Deserialize(before.Document, StateJson.Default.ConversationCustomer);
        var published = !publishes || found.Customer.Provisional ? before?.LinkedCustomerId : found.CustomerId;
        var row = new ConversationCustomerRow(
            accountSid, conversation.ConversationId, found.CustomerId, found.KeyCustomerId, published, found.Customer.FirstSeen, found.Customer.LastSeen, accounts.IsTest(accountSid),
            JsonSerializer.Serialize(found.Customer, StateJson.Default.ConversationCustomer));
        _kept.Add(key);
        if (before is null || row != before with { Document = JsonSerializer.Serialize(known!, StateJson.Default.ConversationCustomer) })
            _changed.Add(row);

        foreach (var warning in found.Customer.Warnings?.ExceptBy(known?.Warnings?.Select(Identity) ?? [], Identity) ?? [])
            Warnings.Add((accountSid, warning));
        if (published != before?.LinkedCustomerId)
            PublishLink(accountSid, conversation, found);
        if (publishes)
        {
            foreach (var contact in found.Customer.Contacts.ExceptBy(known?.Contacts.Select(contact => contact.TaskSid) ?? [], contact => contact.TaskSid))
                PublishContact(accountSid, found, contact);
        }

        return conversation with
        {
            CustomerId = found.CustomerId,
            CustomerLinkSource = found.Relinked is null ? found.Customer.Source : LinkSource.Relinked,
            Provisional = found.Customer.Provisional,
        };
    }

    /// <summary>The customer that a conversation is shown at; null while that may still change.</summary>
    /// <param name="conversation">A conversation with its customer.</param>
    public string? ShownFor(Conversation conversation) => conversation.Provisional ? null : _shown[conversation.CustomerId!];

    /// <summary>Writes what is different, and removes what conversations said that are no more.</summary>
    /// <param name="gone">Conversations without any task or segment.</param>
    public Task WriteAsync(IEnumerable<(string AccountSid, string ConversationId)> gone) =>
        ConversationCustomerStore.WriteAsync(_transaction.Connection, _changed, [.. gone.Concat(_stored.Keys.Intersect(_found.Keys)).Where(key => !_kept.Contains(key))]);

    private void PublishLink(string accountSid, Conversation conversation, Found found) => _transaction.Publish(
        new CustomerLinked
        {
            EventId = Guid.CreateVersion7(_now),
            OccurredTime = conversation.StartTime,
            RecordedTime = _now,
            AccountSid = accountSid,
            ConversationId = conversation.ConversationId,
            CustomerId = _shown[found.CustomerId],
            LinkSource = LinkWords.Of(found.Relinked is null ? found.Customer.Source : LinkSource.Relinked),
        },
        $"{accountSid}/{conversation.ConversationId}",
        mandatory: false);

    private void PublishContact(string accountSid, Found found, CustomerContact contact) => _transaction.Publish(
        new CustomerContacted
        {
            EventId = Guid.CreateVersion7(_now),
            OccurredTime = contact.Time,
            RecordedTime = _now,
            AccountSid = accountSid,
            CustomerId = _shown[found.CustomerId],
            Channel = contact.Channel,
            Address = contact.Address,
        },
        _shown[found.CustomerId],
        mandatory: false);

    private static (string, string) Identity(SegmentWarning warning) => (warning.Code, warning.Field);

    private sealed record Found(ConversationCustomer Customer, string KeyCustomerId, string? Relinked)
    {
        public string CustomerId => Relinked ?? KeyCustomerId;
    }
}
