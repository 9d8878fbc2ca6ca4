using System.Text;
using ContactCenter.InsightsEnrichment.WriteBack;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>The configured accounts and their auth tokens (INS-7, INS-17, INS-18).</summary>
public sealed class TwilioAccounts
{
    private const string TestEnvironment = "test";

    private readonly Dictionary<string, Account> _accounts;
    private readonly bool _publishesTests;

    /// <summary>Takes the accounts from the settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="publish">Whether test environments publish.</param>
    public TwilioAccounts(IOptions<TwilioOptions> options, IOptions<PublishOptions> publish)
    {
        _publishesTests = publish.Value.TestAccounts;
        _accounts = options.Value.Accounts.ToDictionary(account => account.AccountSid, account => new Account(
            [.. account.WorkspaceSids],
            [.. account.AuthTokens.Where(token => token.Length > 0).Select(Encoding.UTF8.GetBytes)],
            account.Environment == TestEnvironment,
            new(account.ApiKeySid, account.ApiKeySecret)), StringComparer.Ordinal);
        Default = (options.Value.Accounts.FirstOrDefault(account => account.Environment != TestEnvironment) ?? options.Value.Accounts.FirstOrDefault())?.AccountSid ?? "";
        AllTokens = [.. _accounts.Values.SelectMany(account => account.Tokens)];
    }

    /// <summary>The account of events that name none, such as those of sessions: the first that is no test environment, else the first; empty without any.</summary>
    public string Default { get; }

    /// <summary>Auth tokens of all accounts, UTF-8. Empty: no signature can be checked.</summary>
    public IReadOnlyList<byte[]> AllTokens { get; }

    /// <summary>All configured workspaces with their accounts.</summary>
    public IEnumerable<(string AccountSid, string WorkspaceSid)> Workspaces =>
        _accounts.SelectMany(account => account.Value.Workspaces, (account, workspace) => (account.Key, workspace));

    /// <summary>The REST API key of an account as configured; null if the account is not.</summary>
    /// <param name="accountSid">The account.</param>
    public RestCredential? RestKeyOf(string accountSid) => _accounts.GetValueOrDefault(accountSid)?.RestKey;

    /// <summary>
    /// The tokens that may have signed an event of an account: its own. An account that is not configured is judged by
    /// all, as its events are set aside in any case.
    /// </summary>
    /// <param name="accountSid">The account that the event names.</param>
    public IReadOnlyList<byte[]> TokensFor(string? accountSid) =>
        accountSid is not null && _accounts.TryGetValue(accountSid, out var account) ? account.Tokens : AllTokens;

    /// <summary>Whether events of an account and workspace are processed.</summary>
    /// <param name="accountSid">The account.</param>
    /// <param name="workspaceSid">The workspace; null if the event names none.</param>
    public bool Knows(string? accountSid, string? workspaceSid) =>
        accountSid is not null && _accounts.TryGetValue(accountSid, out var account)
        && (workspaceSid is null || account.Workspaces.Count == 0 || account.Workspaces.Contains(workspaceSid));

    /// <summary>The accounts that are test environments.</summary>
    public string[] TestAccounts => [.. _accounts.Where(account => account.Value.IsTest).Select(account => account.Key)];

    /// <summary>Whether an account is a test environment.</summary>
    /// <param name="accountSid">A configured account.</param>
    public bool IsTest(string accountSid) => _accounts.TryGetValue(accountSid, out var account) && account.IsTest;

    /// <summary>Whether others hear of what happens in an account: of test environments only if the settings say so (INS-138).</summary>
    /// <param name="accountSid">A configured account.</param>
    public bool Publishes(string accountSid) => _publishesTests || !IsTest(accountSid);

    private sealed record Account(HashSet<string> Workspaces, IReadOnlyList<byte[]> Tokens, bool IsTest, RestCredential RestKey);
}
