using System.Text.Json.Nodes;

namespace ContactCenter.Durable.Audit;

/// <summary>Who did what, to be written with <see cref="DurableTransaction.Audit"/> in the transaction of the deed (DUR-59).</summary>
/// <param name="Actor">Who acted, such as <c>apikey:7m3k9q2x5c8v</c>; <c>service:{name}</c> for what a service does by itself.</param>
/// <param name="Action">What was done: noun in the plural and verb, such as <c>deadLetters.replay</c>.</param>
/// <param name="Resource">What it was done to, such as <c>deadLetters/9001</c>.</param>
/// <param name="RequestId">The call's request_id; empty if it had none.</param>
/// <param name="Result"><see cref="Ok"/>, <see cref="Denied"/>, or how else it ended, in UPPER_SNAKE.</param>
/// <param name="Details">What else matters, such as <see cref="Changed"/>; null means nothing. Never a secret value.</param>
public sealed record AuditEntry(string Actor, string Action, string Resource, string RequestId = "", string Result = AuditEntry.Ok, JsonObject? Details = null)
{
    /// <summary>It was done.</summary>
    public const string Ok = "OK";

    /// <summary>The caller lacked the scope; see <see cref="DeniedCalls"/>.</summary>
    public const string Denied = "DENIED";

    /// <summary>Details of a change: the paths of the fields that are different now, without their values.</summary>
    /// <param name="fields">Paths as in the proto file, such as <c>policy.max_attempts</c>.</param>
    public static JsonObject Changed(params IEnumerable<string> fields) =>
        new() { ["fields"] = new JsonArray([.. fields.Select(field => (JsonNode)field)]) };
}
