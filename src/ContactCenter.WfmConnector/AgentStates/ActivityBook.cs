using System.Collections.Concurrent;
using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.AgentStates;

/// <summary>Knows what every activity means by its name, and every state by its number.</summary>
/// <param name="database">The service's database.</param>
public sealed class ActivityBook(DurableDatabase database)
{
    /// <summary>Number of the state of agents who are not at work.</summary>
    public const short LoggedOut = 1;

    private readonly ConcurrentDictionary<(string Key, string Name, bool Available), short> _numbers = new();
    private readonly ConcurrentDictionary<short, AgentStateKind> _kinds = new();

    /// <summary>Finds the number of the state that an activity means; a new activity gets a reason code that no other holds (WFM-24, WFM-25).</summary>
    /// <param name="activitySid">The activity; null if not known.</param>
    /// <param name="name">Its name at that time.</param>
    /// <param name="available">Whether agents in it take offers.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async ValueTask<short> StateOfAsync(string? activitySid, string name, bool available, CancellationToken cancellationToken)
    {
        var key = activitySid ?? name;
        if (_numbers.TryGetValue((key, name, available), out var known))
            return known;

        // Not in the message's transaction: what is remembered here must not be rolled back.
        await using var transaction = await database.BeginAsync(cancellationToken);
        var connection = transaction.Connection;
        // Two new activities at once must not get one code.
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('wfm.activities', 0))");
        var code = AgentStateKind.ReasonCodeOf(name, key);
        code = await connection.QuerySingleAsync<string>(new CommandDefinition(
            """
            WITH held AS (SELECT FROM wfm.activities WHERE reason_code = @code AND activity_key <> @key)
            INSERT INTO wfm.activities AS a (activity_key, name, reason_code) VALUES (@key, @name, CASE WHEN EXISTS (SELECT FROM held) THEN @other ELSE @code END)
            ON CONFLICT (activity_key) DO UPDATE SET name = excluded.name
            RETURNING reason_code
            """,
            new { key, name, code, other = AgentStateKind.OtherCode(code, key) },
            cancellationToken: cancellationToken));
        var number = await NumberOfAsync(connection, AgentStateKind.Of(name, available, code), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _numbers[(key, name, available)] = number;
        return number;
    }

    /// <summary>Finds the number of a state.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="kind">The state.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<short> NumberOfAsync(NpgsqlConnection connection, AgentStateKind kind, CancellationToken cancellationToken)
    {
        const string Find =
            """
            SELECT state_id FROM wfm.states
            WHERE (state, class, reason_code, reason_text) IS NOT DISTINCT FROM (@State, @Class, @ReasonCode::text, @ReasonText::text)
            """;
        // Asked first: an insert that meets a conflict uses up a number.
        return await connection.QuerySingleOrDefaultAsync<short?>(new CommandDefinition(Find, kind, cancellationToken: cancellationToken))
            ?? await connection.QuerySingleAsync<short>(new CommandDefinition(
                $"INSERT INTO wfm.states (state, class, reason_code, reason_text) VALUES (@State, @Class, @ReasonCode, @ReasonText) ON CONFLICT DO NOTHING; {Find}",
                kind,
                cancellationToken: cancellationToken));
    }

    /// <summary>Finds the state of a number.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="stateId">The number.</param>
    public async ValueTask<AgentStateKind> KindOfAsync(NpgsqlConnection connection, short stateId)
    {
        if (_kinds.TryGetValue(stateId, out var known))
            return known;
        foreach (var (id, state, stateClass, code, text) in await connection.QueryAsync<(short, string, string, string?, string?)>(
            "SELECT state_id, state, class, reason_code, reason_text FROM wfm.states"))
        {
            _kinds[id] = new(state, stateClass, code, text);
        }

        return _kinds[stateId];
    }
}
