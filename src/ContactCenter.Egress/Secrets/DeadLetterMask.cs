using ContactCenter.Durable.DeadLetters;

namespace ContactCenter.Egress.Secrets;

/// <summary>Keeps secrets out of dead letters' errors and of what is shown of their payloads (SEC-3, SEC-4).</summary>
internal sealed class DeadLetterMask(Redactor redactor) : IDeadLetterMask
{
    /// <inheritdoc />
    public string Error(string error) => redactor.Text(error);

    /// <inheritdoc />
    public string Payload(string payload) => redactor.Json(payload);
}
