using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using Dapper;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Keeps requests to the webhook that were not taken in, sealed and for a while (MSG-5, MSG-7).</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Seals bodies.</param>
/// <param name="options">How many, and how long.</param>
/// <param name="agents">Checks signatures again.</param>
/// <param name="notifications">Takes what turns out to be genuine.</param>
/// <param name="timeProvider">Now.</param>
public sealed class RbmQuarantine(
    DurableDatabase database, SecretKeyRing keys, IOptions<RbmOptions> options, RbmAgents agents, NotificationStore notifications, TimeProvider timeProvider)
{
    private const string Table = "rbm_quarantine", Column = "body";
    private const int ReverifiedAtATime = 200;

    private const string Columns =
        "entry_id AS EntryId, received_time AS ReceivedTime, path_agent_id AS PathAgentId, reason AS Reason, signature AS Signature, place AS Place, body AS Body";

    /// <summary>The column of the bodies, which follows a change of the active key.</summary>
    public static SecretColumn Bodies { get; } = new("insights", new(Table, Column, ""), "place::text");

    /// <summary>Adds entries, and drops the oldest of too many, and those that are too old.</summary>
    /// <param name="entries">Any number.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task AddAsync(IReadOnlyList<QuarantineEntry> entries, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new(
            """
            WITH added AS (
              INSERT INTO insights.rbm_quarantine (received_time, path_agent_id, reason, signature, place, body)
              SELECT @now, * FROM unnest(@paths, @reasons, @signatures, @places, @bodies) RETURNING entry_id
            ), dropped AS (
              DELETE FROM insights.rbm_quarantine WHERE entry_id <= (SELECT max(entry_id) FROM added) - @most OR received_time < @oldest RETURNING received_time
            )
            INSERT INTO insights.rbm_quarantine_losses AS l (day, dropped)
            SELECT (@now AT TIME ZONE 'UTC')::date, count(*) FROM dropped WHERE received_time >= @oldest HAVING count(*) > 0
            ON CONFLICT (day) DO UPDATE SET dropped = l.dropped + excluded.dropped
            """,
            new
            {
                now,
                oldest = now - TimeSpan.FromDays(options.Value.QuarantineDays),
                most = options.Value.QuarantineMax,
                paths = entries.Select(entry => entry.PathAgentId).ToArray(),
                reasons = entries.Select(entry => entry.Reason).ToArray(),
                signatures = entries.Select(entry => entry.Signature).ToArray(),
                places = entries.Select(entry => entry.Place).ToArray(),
                bodies = entries.Select(entry => keys.Seal(new(Table, Column, entry.Place.ToString()), Convert.ToBase64String(entry.Body))).ToArray(),
            },
            cancellationToken: cancellationToken));
    }

    /// <summary>Lists entries, the newest first.</summary>
    /// <param name="reason">Only of this reason; null for all.</param>
    /// <param name="before">Entry where the page before ended; null for the first page.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<QuarantineRow>> ListAsync(string? reason, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<QuarantineRow>(new(
            $"""
            SELECT {Columns} FROM insights.rbm_quarantine
            WHERE (@reason::text IS NULL OR reason = @reason) AND (@before::bigint IS NULL OR entry_id < @before) AND received_time >= @oldest
            ORDER BY entry_id DESC LIMIT @limit
            """,
            new { reason, before, limit, oldest = timeProvider.GetUtcNow() - TimeSpan.FromDays(options.Value.QuarantineDays) },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Takes in what is genuine by the tokens of now, in the transaction that removes it from here.</summary>
    /// <param name="cancellationToken">Ends the work between two parts of it.</param>
    /// <returns>How many were checked, and how many taken in.</returns>
    public async Task<(int Checked, int Taken)> ReverifyAsync(CancellationToken cancellationToken)
    {
        var (verified, taken, last) = (0, 0, 0L);
        while (true)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var rows = (await transaction.Connection.QueryAsync<QuarantineRow>(
                $"SELECT {Columns} FROM insights.rbm_quarantine WHERE reason = @reason AND entry_id > @last ORDER BY entry_id LIMIT @most FOR UPDATE SKIP LOCKED",
                new { reason = QuarantineReasons.SignatureInvalid, last, most = ReverifiedAtATime })).ToList();
            if (rows.Count == 0)
                return (verified, taken);
            var genuine = rows.Select(row => (row.EntryId, Notification: Verify(row))).Where(row => row.Notification is not null).ToList();
            if (genuine.Count > 0)
            {
                await notifications.AddAsync(transaction, genuine.ConvertAll(row => row.Notification!));
                await transaction.Connection.ExecuteAsync("DELETE FROM insights.rbm_quarantine WHERE entry_id = ANY(@ids)", new { ids = genuine.Select(row => row.EntryId).ToArray() });
                await transaction.CommitAsync(cancellationToken);
            }

            (verified, taken, last) = (verified + rows.Count, taken + genuine.Count, rows[^1].EntryId);
        }
    }

    private Notification? Verify(QuarantineRow row)
    {
        if (row.Signature is not { } signature)
            return null;
        using var body = NotificationReader.Parse(Convert.FromBase64String(keys.Open(new(Table, Column, row.Place.ToString()), row.Body)));
        return body is not null && NotificationReader.ReadEnvelope(body.RootElement).Envelope is { } envelope && agents.IsGenuine(signature, envelope.Data, row.PathAgentId)
            ? NotificationReader.Read(envelope, row.PathAgentId, row.ReceivedTime).Notification
            : null;
    }
}

/// <summary>A request to the webhook that is not taken in.</summary>
/// <param name="PathAgentId">The agent whose webhook was called; null for the partner webhook.</param>
/// <param name="Reason">One of <see cref="QuarantineReasons"/>.</param>
/// <param name="Signature">Its signature header; null without.</param>
/// <param name="Place">Row id of the sealed body.</param>
/// <param name="Body">Its body.</param>
public sealed record QuarantineEntry(string? PathAgentId, string Reason, string? Signature, Guid Place, byte[] Body);

/// <summary>A stored entry of the quarantine.</summary>
public sealed record QuarantineRow
{
    /// <summary>Rises with every entry.</summary>
    public long EntryId { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset ReceivedTime { get; init; }

    /// <inheritdoc cref="QuarantineEntry.PathAgentId" />
    public string? PathAgentId { get; init; }

    /// <inheritdoc cref="QuarantineEntry.Reason" />
    public required string Reason { get; init; }

    /// <inheritdoc cref="QuarantineEntry.Signature" />
    public string? Signature { get; init; }

    /// <inheritdoc cref="QuarantineEntry.Place" />
    public Guid Place { get; init; }

    /// <summary>The body, sealed.</summary>
    public required string Body { get; init; }
}
