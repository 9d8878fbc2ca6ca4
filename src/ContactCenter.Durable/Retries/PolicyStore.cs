using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable.Retries;

/// <summary>All SQL of the policies.</summary>
internal static class PolicyStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Reads the stored policies, in the order of their names.</summary>
    public static async Task<IReadOnlyList<StoredPolicy>> ListAsync(NpgsqlConnection connection, string? name = null)
    {
        var rows = await connection.QueryAsync<(string Origin, long Version, string Definition, DateTimeOffset UpdateTime)>(
            "SELECT origin, version, definition, update_time FROM durable.retry_policies WHERE @name::text IS NULL OR name = @name ORDER BY name", new { name });
        return [.. rows.Select(row => new StoredPolicy(
            JsonSerializer.Deserialize<RetryPolicy>(row.Definition, Json)!, Enum.Parse<PolicyOrigin>(row.Origin, ignoreCase: true), row.Version, row.UpdateTime))];
    }

    /// <summary>Stores what the program says of its policies, unless an operator has said otherwise; any number of processes may do so at once.</summary>
    public static async Task SeedAsync(NpgsqlConnection connection, IReadOnlyCollection<RetryPolicy> policies, DateTimeOffset now) =>
        await connection.ExecuteAsync(
            """
            INSERT INTO durable.retry_policies AS p (name, origin, definition, update_time)
            SELECT d ->> 'name', 'SERVICE', d, @now FROM jsonb_array_elements(@definitions::jsonb) AS d ORDER BY 1
            ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, version = excluded.version, update_time = excluded.update_time
            WHERE p.origin = 'SERVICE' AND p.definition <> excluded.definition
            """,
            new { definitions = JsonSerializer.Serialize(policies, Json), now });

    /// <summary>Stores a new policy of an operator.</summary>
    /// <returns>Its version, or null if there is one of this name.</returns>
    public static async Task<long?> AddAsync(NpgsqlConnection connection, RetryPolicy policy, DateTimeOffset now) =>
        await connection.ExecuteScalarAsync<long?>(
            """
            INSERT INTO durable.retry_policies (name, origin, definition, update_time) VALUES (@Name, 'OPERATOR', @definition::jsonb, @now)
            ON CONFLICT DO NOTHING
            RETURNING version
            """,
            new { policy.Name, definition = JsonSerializer.Serialize(policy, Json), now });

    /// <summary>Replaces a policy that still has the given version.</summary>
    /// <returns>Its new version, or null if it has another one or is gone.</returns>
    public static async Task<long?> ReplaceAsync(NpgsqlConnection connection, RetryPolicy policy, long version, DateTimeOffset now) =>
        await connection.ExecuteScalarAsync<long?>(
            """
            UPDATE durable.retry_policies SET origin = 'OPERATOR', definition = @definition::jsonb, update_time = @now, version = DEFAULT
            WHERE name = @Name AND version = @version
            RETURNING version
            """,
            new { policy.Name, definition = JsonSerializer.Serialize(policy, Json), version, now });

    /// <summary>Removes a policy that still has the given version.</summary>
    /// <returns>False if it has another one or is gone.</returns>
    public static async Task<bool> RemoveAsync(NpgsqlConnection connection, string name, long version) =>
        await connection.ExecuteAsync("DELETE FROM durable.retry_policies WHERE name = @name AND version = @version", new { name, version }) == 1;
}
