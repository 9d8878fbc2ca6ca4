using System.Text.Json;
using ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>One call of an operation (CRM-98).</summary>
/// <param name="Time">When it began.</param>
/// <param name="Endpoint">What was called.</param>
/// <param name="Status">Status of the answer; null without one.</param>
/// <param name="ErrorClass">Class of the failure; null for none.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record CallAttempt(DateTimeOffset Time, EndpointKind Endpoint, int? Status, string? ErrorClass, long Milliseconds)
{
    private const int Kept = 50;

    /// <summary>Reads the calls of an operation.</summary>
    /// <param name="operation">The operation.</param>
    public static List<CallAttempt> Of(StoredOperation operation) => JsonSerializer.Deserialize<List<CallAttempt>>(operation.Attempts, JsonSerializerOptions.Web)!;

    /// <summary>Counts the call as one of an operation.</summary>
    /// <param name="operation">The operation.</param>
    public void CountFor(StoredOperation operation)
    {
        operation.AttemptCount++;
        operation.Attempts = JsonSerializer.Serialize(Of(operation).Append(this).TakeLast(Kept), JsonSerializerOptions.Web);
    }
}
