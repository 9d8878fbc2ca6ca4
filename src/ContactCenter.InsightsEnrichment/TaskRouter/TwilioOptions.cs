namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>Settings under <c>Twilio</c>: whose events are taken.</summary>
public sealed class TwilioOptions
{
    /// <summary>The accounts; without an auth token in any of them nothing is taken.</summary>
    public IList<TwilioAccountOptions> Accounts { get; set; } = [];

    /// <summary>Address of TaskRouter's REST API.</summary>
    public string ApiBaseUrl { get; set; } = "https://taskrouter.twilio.com";
}

/// <summary>Settings under <c>Publish</c>.</summary>
public sealed class PublishOptions
{
    /// <summary>Whether events of test environments are published too (INS-18, INS-138). Default off.</summary>
    public bool TestAccounts { get; set; }
}

/// <summary>One account under <c>Twilio:Accounts</c>.</summary>
public sealed class TwilioAccountOptions
{
    /// <summary><c>AC…</c>; required.</summary>
    public string AccountSid { get; set; } = "";

    /// <summary>Workspaces (<c>WS…</c>) whose events are taken; empty means all of the account.</summary>
    public IList<string> WorkspaceSids { get; set; } = [];

    /// <summary>One or two auth tokens; either may have signed, so that a token can be replaced.</summary>
    public IList<string> AuthTokens { get; set; } = [];

    /// <summary>API key (<c>SK…</c>) of the REST API; empty where nothing is read from it or written back.</summary>
    public string ApiKeySid { get; set; } = "";

    /// <summary>Secret of that key; empty where operators keep it as the stored secret <c>twilio.{AccountSid}</c>.</summary>
    public string ApiKeySecret { get; set; } = "";

    /// <summary><c>production</c> (default) or <c>test</c>: processed in full, but published only with <see cref="PublishOptions.TestAccounts"/> (INS-18).</summary>
    public string Environment { get; set; } = "production";
}
