using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Tells the loss of the database from a defect: the work says nothing about it and may simply be tried again.</summary>
public static class DatabaseLoss
{
    /// <summary>True if the database or the connection to it was lost, or it had no room or time; a broken constraint is no loss.</summary>
    /// <param name="failure">What was thrown.</param>
    public static bool Is(Exception failure) =>
        failure is NpgsqlException { IsTransient: true }

        // A connection that breaks between two commands may meet its own remains in the second, before it can say so.
        || (failure is ObjectDisposedException && failure.StackTrace?.Contains("Npgsql.Internal.NpgsqlConnector", StringComparison.Ordinal) == true);
}
