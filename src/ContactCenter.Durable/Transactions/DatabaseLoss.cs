using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Tells the loss of the database from a defect: the work says nothing about it and may simply be tried again.</summary>
public static class DatabaseLoss
{
    /// <summary>True if the database or the connection to it was lost, or it had no room or time; a broken constraint is no loss.</summary>
    /// <param name="failure">What was thrown.</param>
    public static bool Is(Exception failure) =>
        failure is NpgsqlException { IsTransient: true }

        // Npgsql 10.0.0: a statement that fails while it is being prepared automatically makes its next use on the connection meet
        // an answer that it does not expect; the connection is dropped for that.
        || (failure.GetType() == typeof(Exception) && failure.StackTrace?.Contains("Npgsql.Internal.NpgsqlConnector.UnexpectedMessageReceived", StringComparison.Ordinal) == true)

        // A connection that breaks between two commands may meet its own remains in the second, before it can say so.
        || (failure is ObjectDisposedException && failure.StackTrace?.Contains("Npgsql.Internal.NpgsqlConnector", StringComparison.Ordinal) == true);
}
