using System.Text.Json;
using ContactCenter.Durable;
using Dapper;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.PostActions;

/// <summary>A run of steps as it is stored.</summary>
/// <param name="RunId">Identity.</param>
/// <param name="FollowUpId">The follow-up.</param>
/// <param name="RecordId">The record.</param>
/// <param name="Kind"><c>AFTER_EACH</c>, <c>AFTER_ALL</c> or <c>ON_ANSWER</c>.</param>
/// <param name="Context">What it is told of.</param>
/// <param name="StepsDone">How many steps are done.</param>
/// <param name="Local">Local attributes that they have set, as JSON.</param>
public sealed record StepRun(Guid RunId, string FollowUpId, Guid RecordId, string Kind, StepRunContext Context, int StepsDone, string Local)
{
    /// <summary>After a round.</summary>
    public const string AfterEach = "AFTER_EACH";

    /// <summary>After all attempts.</summary>
    public const string AfterAll = "AFTER_ALL";

    /// <summary>After an answer.</summary>
    public const string OnAnswer = "ON_ANSWER";
}

/// <summary>All SQL of runs of steps.</summary>
/// <param name="database">The service's database.</param>
public sealed class StepRunStore(DurableDatabase database)
{
    /// <summary>Stores runs that are planned; what is there already stays, but for one that waits until the attempts of an exhausted record are long enough ago.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="runs">The runs.</param>
    /// <returns>Those that were added or replaced.</returns>
    public static async Task<IReadOnlySet<Guid>> AddAsync(NpgsqlConnection connection, IReadOnlyCollection<StepRun> runs) => (await connection.QueryAsync<Guid>(
        """
        INSERT INTO followups.step_runs (run_id, follow_up_id, record_id, kind, context)
        SELECT id, follow_up_id, record_id, kind, context::json FROM unnest(@ids, @followUps, @records, @kinds, @contexts) r(id, follow_up_id, record_id, kind, context)
        ON CONFLICT (run_id) DO UPDATE SET context = excluded.context
          WHERE step_runs.kind = 'AFTER_ALL' AND step_runs.steps_done = 0 AND step_runs.context ->> 'Outcome' = 'EXHAUSTED' AND excluded.context ->> 'Outcome' <> 'EXHAUSTED'
        RETURNING run_id
        """,
        new
        {
            ids = runs.Select(run => run.RunId).ToArray(),
            followUps = runs.Select(run => run.FollowUpId).ToArray(),
            records = runs.Select(run => run.RecordId).ToArray(),
            kinds = runs.Select(run => run.Kind).ToArray(),
            contexts = runs.Select(run => JsonSerializer.Serialize(run.Context)).ToArray(),
        })).ToHashSet();

    /// <summary>What runs of records are told of, as it is now.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="recordIds">The records.</param>
    public static async Task<IReadOnlyDictionary<Guid, (string Data, string[] Recipients)>> ReadRecordsAsync(NpgsqlConnection connection, Guid[] recordIds) =>
        (await connection.QueryAsync<(Guid Id, string Data, string[] Recipients)>(
            """
            SELECT record_id, data::text, ARRAY(SELECT user_id FROM followups.record_recipients p WHERE p.record_id = r.record_id AND NOT removed AND blocked_reason = '' ORDER BY user_id)
            FROM followups.records r WHERE record_id = ANY (@recordIds)
            """,
            new { recordIds })).ToDictionary(row => row.Id, row => (row.Data, row.Recipients));

    /// <summary>Finds a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<(StepRun Run, string RecordState, int RecordEpisode)?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new(
            """
            SELECT s.follow_up_id AS FollowUpId, s.record_id AS RecordId, s.kind AS Kind, s.context::text AS Context, s.steps_done AS StepsDone, s.local::text AS Local,
              r.state AS RecordState, r.episode AS RecordEpisode
            FROM followups.step_runs s JOIN followups.records r USING (record_id) WHERE s.run_id = @runId
            """,
            new { runId },
            cancellationToken: cancellationToken));
        return row is null
            ? null
            : (new(runId, row.FollowUpId, row.RecordId, row.Kind, JsonSerializer.Deserialize<StepRunContext>(row.Context)!, row.StepsDone, row.Local), row.RecordState, row.RecordEpisode);
    }

    /// <summary>Notes how far a run is.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="run">The run.</param>
    public static Task AdvanceAsync(NpgsqlConnection connection, StepRun run) => connection.ExecuteAsync(
        "UPDATE followups.step_runs SET steps_done = @StepsDone, local = @Local::json WHERE run_id = @RunId", new { run.RunId, run.StepsDone, run.Local });

    /// <summary>Notes what became of the steps after an answer.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="run">The run.</param>
    /// <param name="effect"><c>DONE</c> or <c>FAILED</c>.</param>
    public static Task NoteEffectAsync(NpgsqlConnection connection, StepRun run, string effect) => connection.ExecuteAsync(
        "UPDATE followups.records SET answer_effect = @effect WHERE record_id = @RecordId AND episode = @Episode AND answer_action = @Answer",
        new { run.RecordId, run.Context.Episode, run.Context.Answer, effect });

    private sealed class Row
    {
        public string FollowUpId { get; init; } = "";
        public Guid RecordId { get; init; }
        public string Kind { get; init; } = "";
        public string Context { get; init; } = "";
        public int StepsDone { get; init; }
        public string Local { get; init; } = "";
        public string RecordState { get; init; } = "";
        public int RecordEpisode { get; init; }
    }
}
