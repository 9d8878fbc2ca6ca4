namespace ContactCenter.Durable.DeadLetters;

/// <summary>Masks secrets and personal data in dead letters (DUR-47, DUR-48). Registered as a service by whoever knows the secrets of the process.</summary>
/// <remarks>Without one errors are stored as they are, and of payloads nothing but names and structure is shown.</remarks>
public interface IDeadLetterMask
{
    /// <summary>The text of an error as it may be stored.</summary>
    /// <param name="error">What the error said.</param>
    string Error(string error);

    /// <summary>A payload as it may be shown.</summary>
    /// <param name="payload">JSON, or whatever text was received.</param>
    string Payload(string payload);
}
