using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.InsightsEnrichment.Conversations;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>All SQL by which enrichment reads and writes tasks, segments and conversations: one statement each, for any number of rows.</summary>
/// <param name="connection">In the transaction of the batch.</param>
internal sealed class EnrichmentStore(NpgsqlConnection connection)
{
    /// <summary>Waits until no other transaction works on anything with these links; the order of the locks excludes deadlocks.</summary>
    public Task LockAsync(IEnumerable<long> locks) =>
        connection.ExecuteAsync(
            "SELECT pg_advisory_xact_lock(id) FROM (SELECT DISTINCT unnest(@locks) AS id ORDER BY id) AS ordered", new { locks = locks.ToArray() });

    /// <summary>Takes further locks without waiting.</summary>
    /// <returns>False if another transaction holds one of them.</returns>
    public Task<bool> TryLockAsync(IEnumerable<long> locks) =>
        connection.ExecuteScalarAsync<bool>("SELECT bool_and(pg_try_advisory_xact_lock(id)) FROM unnest(@locks) AS id", new { locks = locks.ToArray() });

    /// <summary>Locks everything that locked links lead to; null if others hold some of it.</summary>
    /// <param name="links">The locked links; those that are locked besides are added.</param>
    public async Task<List<TaskLinkRow>?> HoldAsync(HashSet<string> links)
    {
        while (true)
        {
            var reachable = await ReachableAsync(links);
            var further = reachable.Select(row => row.Link).Where(links.Add).ToList();
            if (further.Count == 0)
                return reachable;
            // To wait here while holding the others could be a deadlock.
            if (!await TryLockAsync(further.Select(LockOf)))
                return null;
        }
    }

    /// <summary>The lock of a link or of the name of a session.</summary>
    public static long LockOf(string name) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>All tasks that belong together with some, as far as is known without holding them.</summary>
    public async Task<IEnumerable<string>> TasksTogetherAsync(IReadOnlyCollection<string> taskSids) =>
        (await ReachableAsync(await LinksAsync([.. taskSids]))).Select(row => row.TaskSid).Concat(taskSids).Distinct(StringComparer.Ordinal);

    /// <summary>The links of all tasks that can be reached from some links, directly or through further tasks.</summary>
    private async Task<List<TaskLinkRow>> ReachableAsync(IEnumerable<string> links) =>
        [.. await connection.QueryAsync<TaskLinkRow>(
            // Link by link: no planner knows how far a recursion goes, so it would read all links there are.
            """
            WITH RECURSIVE reached (link) AS (
              SELECT unnest(@links)
              UNION
              SELECT other.link FROM reached r
              CROSS JOIN LATERAL (SELECT task_sid FROM insights.task_links WHERE link = r.link OFFSET 0) AS mine
              CROSS JOIN LATERAL (SELECT link FROM insights.task_links WHERE task_sid = mine.task_sid OFFSET 0) AS other)
            SELECT r.link AS Link, found.task_sid AS TaskSid
            FROM reached r CROSS JOIN LATERAL (SELECT task_sid FROM insights.task_links WHERE link = r.link OFFSET 0) AS found
            """,
            new { links = links.ToArray() })];

    /// <summary>The links of tasks as stored.</summary>
    public async Task<List<string>> LinksAsync(string[] taskSids) =>
        [.. await connection.QueryAsync<string>("SELECT link FROM insights.task_links WHERE task_sid = ANY(@taskSids)", new { taskSids })];

    /// <summary>Links of the tasks that were offered to workers in vain at the time of an event of theirs.</summary>
    public async Task<List<string>> LinksOfOffersAsync(IReadOnlyCollection<(string WorkerSid, DateTimeOffset Time)> moments) =>
        [.. await connection.QueryAsync<string>(
            """
            SELECT DISTINCT l.link FROM unnest(@workers, @times) AS m (worker_sid, time)
            JOIN insights.segments s ON s.agent_sid = m.worker_sid AND s.kind = ANY(@kinds) AND s.start_time < m.time AND s.start_time > m.time - interval '1 day'
              AND (s.document->>'end_time')::timestamptz > m.time AND NOT s.withdrawn
            JOIN insights.task_links l USING (task_sid)
            """,
            new
            {
                workers = moments.Select(moment => moment.WorkerSid).ToArray(),
                times = moments.Select(moment => moment.Time).ToArray(),
                kinds = new[] { (short)SegmentKind.MissedConversation, (short)SegmentKind.RejectedConversation },
            })];

    /// <summary>The conversations of tasks as stored.</summary>
    public async Task<List<TaskRow>> TasksAsync(string[] taskSids) =>
        [.. await connection.QueryAsync<TaskRow>(
            """
            SELECT task_sid AS TaskSid, account_sid AS AccountSid, conversation_id AS ConversationId, check_time AS CheckTime, joined_to AS JoinedTo, told AS Told,
              EXISTS (SELECT FROM insights.sealed WHERE name = task_sid) AS IsSealed
            FROM insights.tasks WHERE task_sid = ANY(@taskSids)
            """,
            new { taskSids })];

    /// <summary>The segments of tasks as stored, withdrawn ones included.</summary>
    public async Task<List<SegmentRow>> SegmentsAsync(string[] taskSids) =>
        [.. await connection.QueryAsync<SegmentRow>(
            """
            SELECT segment_id AS SegmentId, account_sid AS AccountSid, conversation_id AS ConversationId, document AS Document, revision AS Revision,
              published AS Published, withdrawn AS Withdrawn
            FROM insights.segments WHERE task_sid = ANY(@taskSids)
            """,
            new { taskSids })];

    /// <summary>Conversations as stored, withdrawn ones included.</summary>
    public async Task<List<ConversationRow>> ConversationsAsync(string[] conversationIds) =>
        [.. await connection.QueryAsync<ConversationRow>(
            """
            SELECT account_sid AS AccountSid, conversation_id AS ConversationId, document AS Document, revision AS Revision, withdrawn AS Withdrawn
            FROM insights.conversations WHERE conversation_id = ANY(@conversationIds)
            """,
            new { conversationIds })];

    /// <summary>Writes which conversation each task belongs to, and what it may share with others.</summary>
    public async Task WriteTasksAsync(IReadOnlyCollection<TaskRow> tasks, IReadOnlyCollection<TaskLinkRow> added, IReadOnlyCollection<TaskLinkRow> removed)
    {
        if (tasks.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO insights.tasks (task_sid, account_sid, conversation_id, check_time, told)
                SELECT * FROM unnest(@sids, @accounts, @conversations, @checks, @told)
                ON CONFLICT (task_sid) DO UPDATE
                SET account_sid = excluded.account_sid, conversation_id = excluded.conversation_id, check_time = excluded.check_time,
                  told = excluded.told
                """,
                new
                {
                    sids = tasks.Select(task => task.TaskSid).ToArray(),
                    accounts = tasks.Select(task => task.AccountSid).ToArray(),
                    conversations = tasks.Select(task => task.ConversationId).ToArray(),
                    checks = tasks.Select(task => task.CheckTime).ToArray(),
                    told = tasks.Select(task => task.Told).ToArray(),
                });
        }

        if (added.Count > 0)
        {
            await connection.ExecuteAsync(
                "INSERT INTO insights.task_links (link, task_sid) SELECT * FROM unnest(@links, @sids) ON CONFLICT DO NOTHING",
                new { links = added.Select(row => row.Link).ToArray(), sids = added.Select(row => row.TaskSid).ToArray() });
        }

        if (removed.Count > 0)
        {
            await connection.ExecuteAsync(
                "DELETE FROM insights.task_links WHERE (link, task_sid) IN (SELECT * FROM unnest(@links, @sids))",
                new { links = removed.Select(row => row.Link).ToArray(), sids = removed.Select(row => row.TaskSid).ToArray() });
        }
    }

    /// <summary>Writes changed segments.</summary>
    public async Task WriteSegmentsAsync(IReadOnlyCollection<SegmentState> segments, DateTimeOffset now)
    {
        if (segments.Count == 0)
            return;
        await connection.ExecuteAsync(
            """
            INSERT INTO insights.segments (
              segment_id, account_sid, conversation_id, task_sid, kind, agent_sid, queue_sid, start_time, document, revision, published, withdrawn, test, update_time)
            SELECT r.*, @now
            FROM unnest(@ids, @accounts, @conversations, @tasks, @kinds, @agents, @queues, @starts, @documents::jsonb[], @revisions, @published, @withdrawn, @tests) AS r
            ON CONFLICT (segment_id) DO UPDATE SET
              conversation_id = excluded.conversation_id, kind = excluded.kind, agent_sid = excluded.agent_sid, queue_sid = excluded.queue_sid,
              start_time = excluded.start_time, document = excluded.document, revision = excluded.revision, published = excluded.published,
              withdrawn = excluded.withdrawn, test = excluded.test, update_time = excluded.update_time
            """,
            new
            {
                now,
                ids = segments.Select(state => state.Segment.SegmentId).ToArray(),
                accounts = segments.Select(state => state.AccountSid).ToArray(),
                conversations = segments.Select(state => state.ConversationId).ToArray(),
                tasks = segments.Select(state => state.Segment.TaskSid).ToArray(),
                kinds = segments.Select(state => (short)state.Segment.Kind).ToArray(),
                agents = segments.Select(state => state.Segment.AgentSid).ToArray(),
                queues = segments.Select(state => state.Segment.QueueSid).ToArray(),
                starts = segments.Select(state => state.Segment.StartTime).ToArray(),
                documents = segments.Select(state => state.Document).ToArray(),
                revisions = segments.Select(state => state.Revision).ToArray(),
                published = segments.Select(state => state.Published).ToArray(),
                withdrawn = segments.Select(state => state.Withdrawn).ToArray(),
                tests = segments.Select(state => state.Test).ToArray(),
            });
    }

    /// <summary>Writes changed conversations.</summary>
    public async Task WriteConversationsAsync(IReadOnlyCollection<ConversationState> conversations, DateTimeOffset now)
    {
        if (conversations.Count == 0)
            return;
        await connection.ExecuteAsync(
            """
            INSERT INTO insights.conversations (
              account_sid, conversation_id, start_time, channel, abandoned, document, revision, closed, withdrawn, test, update_time)
            SELECT r.*, @now
            FROM unnest(@accounts, @ids, @starts, @channels, @abandoned, @documents::jsonb[], @revisions, @closed, @withdrawn, @tests) AS r
            ON CONFLICT (conversation_id, account_sid) DO UPDATE SET
              start_time = excluded.start_time, channel = excluded.channel, abandoned = excluded.abandoned, document = excluded.document,
              revision = excluded.revision, closed = excluded.closed, withdrawn = excluded.withdrawn, test = excluded.test, update_time = excluded.update_time
            """,
            new
            {
                now,
                accounts = conversations.Select(state => state.AccountSid).ToArray(),
                ids = conversations.Select(state => state.Conversation.ConversationId).ToArray(),
                starts = conversations.Select(state => state.Conversation.StartTime).ToArray(),
                channels = conversations.Select(state => state.Conversation.Channel).ToArray(),
                abandoned = conversations.Select(state => state.Conversation.Abandoned).ToArray(),
                documents = conversations.Select(state => state.Document).ToArray(),
                revisions = conversations.Select(state => state.Revision).ToArray(),
                closed = conversations.Select(state => state.Conversation.IsClosed).ToArray(),
                withdrawn = conversations.Select(state => state.Withdrawn).ToArray(),
                tests = conversations.Select(state => state.Test).ToArray(),
            });
    }
}

/// <summary>A link of a task.</summary>
internal sealed record TaskLinkRow(string Link, string TaskSid);

/// <summary>
/// The conversation of a task, when to work it out again, see <see cref="TaskTimeline.CheckTime"/>, the conversation that somebody joined it to, and what
/// others have heard of it, see <see cref="TaskTeller"/>. A sealed task stays as it is.
/// </summary>
internal sealed record TaskRow(string TaskSid, string AccountSid, string ConversationId, DateTime? CheckTime, string? JoinedTo, string Told, bool IsSealed);

/// <summary>A segment as stored.</summary>
internal sealed record SegmentRow(string SegmentId, string AccountSid, string ConversationId, string Document, long Revision, bool Published, bool Withdrawn);

/// <summary>A conversation as stored.</summary>
internal sealed record ConversationRow(string AccountSid, string ConversationId, string Document, long Revision, bool Withdrawn);

/// <summary>A segment as it is to be stored.</summary>
internal sealed record SegmentState(
    string AccountSid, string ConversationId, Segment Segment, string Document, long Revision, bool Published, bool Withdrawn, bool Test);

/// <summary>A conversation as it is to be stored.</summary>
internal sealed record ConversationState(string AccountSid, Conversation Conversation, string Document, long Revision, bool Withdrawn, bool Test);
