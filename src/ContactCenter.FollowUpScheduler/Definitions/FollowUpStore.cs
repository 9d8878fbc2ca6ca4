using System.Collections.Concurrent;
using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>All SQL of follow-ups and their plans.</summary>
/// <param name="database">The service's database.</param>
public sealed class FollowUpStore(DurableDatabase database)
{
    private const string Columns =
        """
        follow_up_id AS Id, active AS Active, revision AS Revision, definition AS Definition, create_time AS CreateTime, update_time AS UpdateTime,
        activation_time AS ActivationTime, plan_start AS PlanStart, next_poll_time AS NextPollTime, trigger_time AS TriggerTime, running_poll AS RunningPoll,
        last_poll_time AS LastPollTime, last_success_time AS LastSuccessTime
        """;

    // What templates were parsed into lives as long as the revision.
    private readonly ConcurrentDictionary<string, StoredFollowUp> _parsed = new(StringComparer.Ordinal);

    /// <summary>Gives out the next number for an id.</summary>
    /// <param name="connection">In a transaction.</param>
    public static Task<string> NextIdAsync(NpgsqlConnection connection) =>
        connection.ExecuteScalarAsync<string>("SELECT 'fu-' || nextval('followups.follow_up_numbers')")!;

    /// <summary>How many follow-ups there are.</summary>
    /// <param name="connection">In a transaction, which keeps others from adding one meanwhile.</param>
    public static async Task<long> CountAsync(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync("LOCK TABLE followups.follow_ups IN SHARE ROW EXCLUSIVE MODE");
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM followups.follow_ups WHERE NOT deleted");
    }

    /// <summary>Stores a new follow-up.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <returns>False if there is, or was, one of this id.</returns>
    /// <exception cref="PostgresException">Another one has the name.</exception>
    public static async Task<bool> AddAsync(NpgsqlConnection connection, StoredFollowUp followUp) => await connection.ExecuteAsync(
        """
        INSERT INTO followups.follow_ups
          (follow_up_id, name_key, display_name, search_key, active, revision, definition, reference_ids, create_time, update_time, activation_time, plan_start, next_poll_time)
        VALUES (@Id, @nameKey, @name, followups.search_key(@lowerName), @IsActive, @Revision, @definition, @references, @CreateTime, @UpdateTime, @ActivationTime, @PlanStart, @NextPollTime)
        ON CONFLICT (follow_up_id) DO NOTHING
        """,
        Parameters(followUp)) == 1;

    /// <summary>Replaces a follow-up's definition and plan.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="followUp">With its new revision.</param>
    /// <exception cref="PostgresException">Another one has the name.</exception>
    public static Task ReplaceAsync(NpgsqlConnection connection, StoredFollowUp followUp) => connection.ExecuteAsync(
        """
        UPDATE followups.follow_ups SET name_key = @nameKey, display_name = @name, search_key = followups.search_key(@lowerName), active = @IsActive, revision = @Revision,
          definition = @definition, reference_ids = @references, update_time = @UpdateTime, activation_time = @ActivationTime, plan_start = @PlanStart,
          next_poll_time = @NextPollTime, last_success_time = @LastSuccessTime
        WHERE follow_up_id = @Id
        """,
        Parameters(followUp));

    /// <summary>Marks a follow-up as deleted; its id stays taken, its name does not.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The follow-up.</param>
    public static Task DeleteAsync(NpgsqlConnection connection, string id) => connection.ExecuteAsync(
        "UPDATE followups.follow_ups SET deleted = true, active = false, name_key = NULL, next_poll_time = NULL WHERE follow_up_id = @id", new { id });

    /// <summary>Finds a follow-up and keeps others from changing it or its plan.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The follow-up.</param>
    /// <returns>Null if there is none.</returns>
    public static async Task<StoredFollowUp?> LockAsync(NpgsqlConnection connection, string id) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM followups.follow_ups WHERE follow_up_id = @id AND NOT deleted FOR UPDATE", new { id }))?.ToFollowUp();

    /// <summary>Notes when a poll was asked for by hand.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="id">The follow-up.</param>
    /// <param name="time">When.</param>
    public static Task TriggerAsync(NpgsqlConnection connection, string id, DateTimeOffset time) =>
        connection.ExecuteAsync("UPDATE followups.follow_ups SET trigger_time = @time WHERE follow_up_id = @id", new { id, time });

    /// <summary>Notes that a poll runs, and when the next one will.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="id">The follow-up.</param>
    /// <param name="poll">The poll.</param>
    /// <param name="startTime">When it began.</param>
    /// <param name="nextPollTime">When the next one is planned.</param>
    public static Task BeginPollAsync(NpgsqlConnection connection, string id, Guid poll, DateTimeOffset startTime, DateTimeOffset nextPollTime) => connection.ExecuteAsync(
        "UPDATE followups.follow_ups SET running_poll = @poll, last_poll_time = @startTime, next_poll_time = @nextPollTime WHERE follow_up_id = @id",
        new { id, poll, startTime, nextPollTime });

    /// <summary>Notes that no poll runs any more.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="id">The follow-up.</param>
    /// <param name="successTime">When the poll began, if it succeeded.</param>
    public static Task EndPollAsync(NpgsqlConnection connection, string id, DateTimeOffset? successTime) => connection.ExecuteAsync(
        "UPDATE followups.follow_ups SET running_poll = NULL, last_success_time = coalesce(@successTime, last_success_time) WHERE follow_up_id = @id",
        new { id, successTime });

    /// <summary>Finds follow-ups.</summary>
    /// <param name="ids">The follow-ups.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public async Task<IReadOnlyDictionary<string, StoredFollowUp>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection, ids, cancellationToken);
    }

    /// <summary>Finds follow-ups.</summary>
    /// <param name="connection">In a transaction or not.</param>
    /// <param name="ids">The follow-ups.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public async Task<IReadOnlyDictionary<string, StoredFollowUp>> FindAsync(NpgsqlConnection connection, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new(
            $"SELECT {Columns} FROM followups.follow_ups WHERE follow_up_id = ANY (@ids) AND NOT deleted", new { ids = ids.ToArray() }, cancellationToken: cancellationToken));
        return rows.Select(Parsed).ToDictionary(followUp => followUp.Id, StringComparer.Ordinal);
    }

    /// <summary>Finds a follow-up.</summary>
    /// <param name="id">The follow-up.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredFollowUp?> FindAsync(string id, CancellationToken cancellationToken) => (await FindAsync([id], cancellationToken)).GetValueOrDefault(id);

    /// <summary>Lists follow-ups by name, then id.</summary>
    /// <param name="query">Beginning of the id or part of the name (FUP-103); empty for all.</param>
    /// <param name="afterName">Begin after this name …</param>
    /// <param name="afterId">… and id; empty for the first page.</param>
    /// <param name="limit">Most follow-ups.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredFollowUp>> ListAsync(string query, string afterName, string afterId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var key = query.ToLowerInvariant();
        return [.. (await connection.QueryAsync<Row>(new(
            $"""
            SELECT {Columns} FROM followups.follow_ups
            WHERE NOT deleted AND (@key = '' OR strpos(search_key, followups.search_key(@key)) > 0 OR starts_with(follow_up_id, @key))
              AND (display_name COLLATE "C", follow_up_id COLLATE "C") > (@afterName, @afterId)
            ORDER BY display_name COLLATE "C", follow_up_id COLLATE "C" LIMIT @limit
            """,
            new { key, afterName, afterId, limit },
            cancellationToken: cancellationToken))).Select(row => row.ToFollowUp())];
    }

    /// <summary>Which follow-ups use an integration or channel.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="reference">Such as <c>integrations/itsm</c>.</param>
    /// <param name="limit">Most follow-ups.</param>
    public static async Task<IReadOnlyList<string>> UsersOfAsync(NpgsqlConnection connection, string reference, int limit) => [.. await connection.QueryAsync<string>(
        "SELECT follow_up_id FROM followups.follow_ups WHERE NOT deleted AND @reference = ANY (reference_ids) ORDER BY follow_up_id LIMIT @limit", new { reference, limit })];

    private StoredFollowUp Parsed(Row row)
    {
        var now = row.ToFollowUp();
        return _parsed.AddOrUpdate(
            row.Id,
            now,
            // The same templates; the plan goes on.
            (_, known) => known.Revision != row.Revision ? now : known with
            {
                NextPollTime = now.NextPollTime,
                TriggerTime = now.TriggerTime,
                RunningPoll = now.RunningPoll,
                LastPollTime = now.LastPollTime,
                LastSuccessTime = now.LastSuccessTime,
            });
    }

    private static object Parameters(StoredFollowUp followUp) => new
    {
        followUp.Id,
        nameKey = followUp.Definition.DisplayName.ToUpperInvariant(),
        name = followUp.Definition.DisplayName,
        lowerName = followUp.Definition.DisplayName.ToLowerInvariant(),
        followUp.IsActive,
        followUp.Revision,
        definition = followUp.Definition.ToByteArray(),
        references = FollowUpReferences.Of(followUp.Definition).ToArray(),
        followUp.CreateTime,
        followUp.UpdateTime,
        followUp.ActivationTime,
        followUp.PlanStart,
        followUp.NextPollTime,
        followUp.LastSuccessTime,
    };

    private sealed class Row
    {
        public string Id { get; init; } = "";
        public bool Active { get; init; }
        public long Revision { get; init; }
        public byte[] Definition { get; init; } = [];
        public DateTime CreateTime { get; init; }
        public DateTime UpdateTime { get; init; }
        public DateTime? ActivationTime { get; init; }
        public DateTime? PlanStart { get; init; }
        public DateTime? NextPollTime { get; init; }
        public DateTime? TriggerTime { get; init; }
        public Guid? RunningPoll { get; init; }
        public DateTime? LastPollTime { get; init; }
        public DateTime? LastSuccessTime { get; init; }

        public StoredFollowUp ToFollowUp() => new()
        {
            Id = Id,
            Revision = Revision,
            Definition = FollowUp.Parser.ParseFrom(Definition),
            CreateTime = new(CreateTime),
            UpdateTime = new(UpdateTime),
            ActivationTime = ActivationTime,
            PlanStart = PlanStart,
            NextPollTime = NextPollTime,
            TriggerTime = TriggerTime,
            RunningPoll = RunningPoll,
            LastPollTime = LastPollTime,
            LastSuccessTime = LastSuccessTime,
        };
    }
}
