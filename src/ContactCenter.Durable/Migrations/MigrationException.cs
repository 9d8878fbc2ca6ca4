namespace ContactCenter.Durable;

/// <summary>The database cannot be brought to the version this program needs; the process ends with <see cref="ExitCode"/> (DUR-3, DUR-4, DUR-5).</summary>
/// <param name="message">What is wrong, naming the file.</param>
/// <param name="innerException">The database's answer, if it gave one.</param>
public sealed class MigrationException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Exit code of a process that could not migrate its database.</summary>
    public const int ExitCode = 3;
}
