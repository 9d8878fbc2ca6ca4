using ContactCenter.Events.Crm;
using ContactCenter.Events.Storage;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>All SQL of what other services know of sessions: of every fact the latest, whatever the order of arrival.</summary>
internal static class SessionLinkStore
{
    /// <summary>Keeps the customer that the CRM knows.</summary>
    public static Task<int> KeepAsync(NpgsqlConnection connection, string name, CrmAccountResolved told) => KeepAsync(
        connection, name, "account", told.OccurredTime, told.EventId, contactId: told.AccountId);

    /// <summary>Keeps the record that the CRM knows.</summary>
    public static Task<int> KeepAsync(NpgsqlConnection connection, string name, CrmRecordResolved told) => KeepAsync(
        connection, name, "record", told.OccurredTime, told.EventId, told.AccountId, told.RecordId, told.RecordUrl, told.IsAccount);

    /// <summary>Keeps the address of a file in the CRM.</summary>
    public static Task<int> KeepAsync(NpgsqlConnection connection, string name, CrmFileUploaded told) => KeepAsync(
        connection, name, $"crm/{told.FileId}", told.OccurredTime, told.EventId, url: told.Kind == Recording ? told.Url : null);

    /// <summary>Keeps the address of a file in the store.</summary>
    public static Task<int> KeepAsync(NpgsqlConnection connection, string name, SessionFileReady told) => KeepAsync(
        connection, name, $"store/{told.FileId}", told.OccurredTime, told.EventId, url: told.Kind == Recording ? told.StorageUrl : null, number: told.Kind == Recording ? told.Number : null);

    /// <summary>What is known of sessions.</summary>
    public static async Task<Dictionary<string, SessionLinks>> LoadAsync(NpgsqlConnection connection, string[] names) =>
        (await connection.QueryAsync<SessionLinks>(
            """
            SELECT session_name AS SessionName,
              (array_agg(contact_id ORDER BY event_time DESC, event_id DESC) FILTER (WHERE contact_id IS NOT NULL))[1] AS ContactId,
              max(record_id) AS RecordId, max(record_url) AS RecordUrl, coalesce(bool_or(is_account), false) AS IsAccount,
              (array_agg(url ORDER BY what LIKE 'store/%' DESC, number, event_time, event_id) FILTER (WHERE url IS NOT NULL))[1] AS RecordingUrl
            FROM insights.session_links WHERE session_name = ANY(@names) GROUP BY session_name
            """,
            new { names })).ToDictionary(links => links.SessionName, StringComparer.Ordinal);

    private const string Recording = "recording";

    private static Task<int> KeepAsync(
        NpgsqlConnection connection, string name, string what, DateTimeOffset time, Guid eventId,
        string? contactId = null, string? recordId = null, string? recordUrl = null, bool isAccount = false, string? url = null, int? number = null) =>
        connection.ExecuteAsync(
            """
            INSERT INTO insights.session_links AS l (session_name, what, event_time, event_id, contact_id, record_id, record_url, is_account, url, number)
            VALUES (@name, @what, @time, @eventId, @contactId, @recordId, @recordUrl, @isAccount, @url, @number)
            ON CONFLICT (session_name, what) DO UPDATE SET
              event_time = excluded.event_time, event_id = excluded.event_id, contact_id = excluded.contact_id, record_id = excluded.record_id,
              record_url = excluded.record_url, is_account = excluded.is_account, url = excluded.url, number = excluded.number
            WHERE (excluded.event_time, excluded.event_id) > (l.event_time, l.event_id)
            """,
            new { name, what, time = time.ToUniversalTime(), eventId, contactId, recordId, recordUrl, isAccount, url, number });
}
