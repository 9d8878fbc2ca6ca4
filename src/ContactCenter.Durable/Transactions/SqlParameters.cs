using Npgsql;
using NpgsqlTypes;

namespace ContactCenter.Durable;

/// <summary>Positional parameters of the hot statements.</summary>
internal static class SqlParameters
{
    /// <summary>One value.</summary>
    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    /// <summary>A column of values, for <c>unnest</c>.</summary>
    public static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };
}
