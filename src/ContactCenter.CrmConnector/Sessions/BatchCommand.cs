using Npgsql;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>Statements that are sent together, in one round trip.</summary>
internal static class BatchCommand
{
    /// <summary>A statement.</summary>
    /// <param name="sql">With its parameters by number.</param>
    /// <param name="values">The parameters; null for NULL.</param>
    public static NpgsqlBatchCommand Of(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
