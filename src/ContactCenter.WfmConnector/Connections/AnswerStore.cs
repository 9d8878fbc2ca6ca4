using System.Text.Json;
using ContactCenter.Durable;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>All SQL of what CXone answered, unless it took something without a word (WFM-78).</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
public sealed class AnswerStore(DurableDatabase database, TimeProvider timeProvider)
{
    private const string Columns =
        "answer_time AS AnswerTime, reason AS Reason, http_status AS HttpStatus, headers AS Headers, body AS Body, error_code AS ErrorCode, message AS Message, items AS Items";

    // So long the agents whose states were sent may still be told of it.
    private static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    /// <summary>Keeps an answer.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="reportId">The report that it is to; null if to states.</param>
    /// <returns>Its id.</returns>
    public async Task<Guid> KeepAsync(NpgsqlConnection connection, CxoneAnswer answer, Guid? reportId = null)
    {
        var now = timeProvider.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await connection.ExecuteAsync(
            """
            INSERT INTO wfm.answers (answer_id, report_id, answer_time, reason, http_status, headers, body, error_code, message, items)
            VALUES (@id, @reportId, @now, @Reason, @Status, @headers::jsonb, @Body, @Code, @Message, @items::jsonb)
            """,
            new
            {
                id,
                reportId,
                now,
                answer.Reason,
                answer.Status,
                headers = JsonSerializer.Serialize(answer.Headers),
                answer.Body,
                answer.Code,
                answer.Message,
                items = JsonSerializer.Serialize(answer.Items, JsonSerializerOptions.Web),
            });
        return id;
    }

    /// <summary>Lists the answers to a report, the latest last.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="reportId">The report.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static Task<IEnumerable<StoredAnswer>> OfReportAsync(NpgsqlConnection connection, Guid reportId, CancellationToken cancellationToken) => connection.QueryAsync<StoredAnswer>(
        new CommandDefinition($"SELECT {Columns} FROM wfm.answers WHERE report_id = @reportId ORDER BY answer_time, answer_id LIMIT 100", new { reportId }, cancellationToken: cancellationToken));

    /// <summary>Finds the answer to the last state of an agent that was sent.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="agentSid">The agent.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if it was taken without a word, or none was sent.</returns>
    public static Task<StoredAnswer?> OfAgentAsync(NpgsqlConnection connection, string agentSid, CancellationToken cancellationToken) => connection.QuerySingleOrDefaultAsync<StoredAnswer?>(
        new CommandDefinition($"SELECT {Columns} FROM wfm.answers JOIN wfm.agent_states USING (answer_id) WHERE agent_sid = @agentSid", new { agentSid }, cancellationToken: cancellationToken));

    /// <summary>Forgets answers to states that are no agent's last one any more.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM wfm.answers a WHERE a.report_id IS NULL AND a.answer_time < @before AND NOT EXISTS (SELECT FROM wfm.agent_states s WHERE s.answer_id = a.answer_id)",
            new { before = timeProvider.GetUtcNow() - Settling },
            cancellationToken: cancellationToken));
    }
}

/// <summary>An answer as it is stored.</summary>
public sealed class StoredAnswer
{
    /// <summary>When it came.</summary>
    public DateTime AnswerTime { get; init; }

    /// <summary>What it meant.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Null without answer.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Header fields as JSON.</summary>
    public string Headers { get; init; } = "";

    /// <summary>The first 64 KiB.</summary>
    public string Body { get; init; } = "";

    /// <summary>Null without.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Null without.</summary>
    public string? Message { get; init; }

    /// <summary>Rejected items as JSON.</summary>
    public string Items { get; init; } = "";

    /// <summary>As the contract has it.</summary>
    public V1.ReportAnswer ToMessage() => new()
    {
        AnswerTime = AnswerTime.ToTimestamp(),
        Reason = Reason,
        HttpStatus = HttpStatus ?? 0,
        Body = Body,
        ErrorCode = ErrorCode ?? "",
        Message = Message ?? "",
        Items = Items,
        Headers = { JsonSerializer.Deserialize<Dictionary<string, string>>(Headers) },
    };
}
