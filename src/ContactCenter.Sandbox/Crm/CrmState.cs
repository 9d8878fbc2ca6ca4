namespace ContactCenter.Sandbox.Crm;

/// <summary>A customer as the CRM keeps it.</summary>
/// <param name="Id">The CRM's number.</param>
/// <param name="Customer">The contact centre's number.</param>
public sealed record CrmAccount(long Id, long Customer);

/// <summary>A case as the CRM keeps it.</summary>
/// <param name="Id">The CRM's number.</param>
/// <param name="AccountId">The customer.</param>
/// <param name="Subject">Its title.</param>
public sealed record CrmRecord(long Id, long AccountId, string Subject)
{
    /// <summary>Comments in the order in which they came.</summary>
    public List<string> Comments { get; } = [];

    /// <summary>SHA-256 of the files that were attached.</summary>
    public List<string> Files { get; } = [];

    /// <summary>How often it was updated.</summary>
    public int Updates { get; set; }
}

/// <summary>What the CRM keeps, in memory. Creates are done as often as they come; updates, comments and files once per Idempotency-Key.</summary>
public sealed class CrmState
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, CrmAccount> _accounts = [];
    private readonly Dictionary<long, CrmRecord> _records = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private long _next;

    /// <summary>Gives everything that comes numbers above one, so that none is that of something the suite remembers from a CRM before.</summary>
    /// <param name="number">Below the first.</param>
    public void Begin(long number)
    {
        lock (_lock)
            _next = number;
    }

    /// <summary>A number that nothing has yet.</summary>
    public long Next()
    {
        lock (_lock)
            return ++_next;
    }

    /// <summary>Finds a customer.</summary>
    /// <param name="id">The CRM's number.</param>
    public CrmAccount? Account(long id)
    {
        lock (_lock)
            return _accounts.GetValueOrDefault(id);
    }

    /// <summary>Looks for a customer.</summary>
    /// <param name="customer">The contact centre's number.</param>
    public CrmAccount? FindAccount(long customer)
    {
        lock (_lock)
            return _accounts.Values.FirstOrDefault(account => account.Customer == customer);
    }

    /// <summary>Adds a customer.</summary>
    /// <param name="customer">The contact centre's number.</param>
    public CrmAccount AddAccount(long customer)
    {
        lock (_lock)
            return _accounts[++_next] = new(_next, customer);
    }

    /// <summary>Looks for a case.</summary>
    /// <param name="accountId">Of this customer.</param>
    /// <param name="subject">With this title.</param>
    public CrmRecord? FindRecord(long accountId, string subject)
    {
        lock (_lock)
            return _records.Values.FirstOrDefault(record => record.AccountId == accountId && record.Subject == subject);
    }

    /// <summary>Adds a case.</summary>
    /// <param name="accountId">The customer.</param>
    /// <param name="subject">Its title.</param>
    public CrmRecord AddRecord(long accountId, string subject)
    {
        lock (_lock)
            return _records[++_next] = new(_next, accountId, subject);
    }

    /// <summary>Changes a case once per key.</summary>
    /// <param name="id">The case.</param>
    /// <param name="key">The request's Idempotency-Key.</param>
    /// <param name="change">The change.</param>
    /// <returns>Whether there is such a case.</returns>
    public bool Change(long id, string key, Action<CrmRecord> change)
    {
        lock (_lock)
        {
            if (!_records.TryGetValue(id, out var record))
                return false;
            if (_keys.Add(key))
                change(record);
            return true;
        }
    }

    /// <summary>All cases, each as facts.</summary>
    public IReadOnlyList<CrmFacts> Facts()
    {
        lock (_lock)
            return [.. _records.Values.Select(record => new CrmFacts(
                record.Subject, _accounts[record.AccountId].Customer, record.Updates, string.Join(" | ", record.Comments.Select(CrmFacts.TitleOf)), CrmFacts.FilesOf(record.Files)))];
    }

    /// <summary>The customers' numbers.</summary>
    public IReadOnlyList<long> Customers()
    {
        lock (_lock)
            return [.. _accounts.Values.Select(account => account.Customer)];
    }
}
