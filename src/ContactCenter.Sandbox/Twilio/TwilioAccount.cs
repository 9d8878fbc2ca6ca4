namespace ContactCenter.Sandbox.Twilio;

/// <summary>The account in whose name callbacks are sent, as the receiver knows it.</summary>
/// <param name="AccountSid">AC…</param>
/// <param name="WorkspaceSid">WS…</param>
/// <param name="AuthToken">The secret that signs callbacks.</param>
/// <param name="CallbackUrl">The URL that the receiver publishes for callbacks; it is what is signed.</param>
public sealed record TwilioAccount(string AccountSid, string WorkspaceSid, string AuthToken, string CallbackUrl)
{
    /// <summary>The path of the receiver's endpoint (INS-3).</summary>
    public const string CallbackPath = "/ingest/twilio/taskrouter";
}
