using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.InsightsEnrichment.Sessions;
using Dapper;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Erases a customer from what is sealed: it cannot be worked out again without, so what is personal is taken out of it as it is stored (INS-94, INS-22).</summary>
internal static class SealedErasure
{
    private static readonly JsonElement ErasedBody = JsonSerializer.SerializeToElement(new { type = "erased" });

    /// <summary>Takes what is personal out of sealed tasks and sessions.</summary>
    /// <param name="connection">In the transaction that holds them.</param>
    /// <param name="store">The sessions.</param>
    /// <param name="conversations">The customer's conversations.</param>
    /// <param name="tasks">Their tasks; those that are not sealed are left alone.</param>
    /// <param name="sessions">Their sessions; likewise.</param>
    /// <param name="now">Time of the erasure.</param>
    public static async Task EraseAsync(
        NpgsqlConnection connection, SessionStore store, IReadOnlyCollection<ErasedConversation> conversations, string[] tasks, string[] sessions, DateTimeOffset now)
    {
        await connection.ExecuteAsync(
            """
            UPDATE insights.segments
            SET document = jsonb_set(document, '{attributes}', (document -> 'attributes') - @personal) - 'warnings' - 'corrections', revision = revision + 1, update_time = @now
            WHERE task_sid IN (SELECT name FROM insights.sealed WHERE name = ANY(@tasks))
            """,
            new { personal = PersonalData.DroppedOfConversations, tasks, now });

        var customers = (await SealedStore.CustomersAsync(connection, [.. conversations.Select(conversation => conversation.ConversationId)]))
            .Where(known => conversations.Any(conversation => (conversation.AccountSid, conversation.ConversationId) == known.Key)).ToList();
        await connection.ExecuteAsync(
            """
            UPDATE insights.sealed_customers s SET document = e.document FROM unnest(@accounts, @ids, @documents::jsonb[]) AS e (account_sid, conversation_id, document)
            WHERE s.account_sid = e.account_sid AND s.conversation_id = e.conversation_id
            """,
            new
            {
                accounts = customers.Select(known => known.Key.AccountSid).ToArray(),
                ids = customers.Select(known => known.Key.ConversationId).ToArray(),
                documents = customers.Select(known => JsonSerializer.Serialize(Erase(known.Key.ConversationId, known.Value), StateJson.Default.ConversationCustomer)).ToArray(),
            });

        foreach (var session in await store.LoadAsync(connection, [.. await SealedStore.FindAsync(connection, sessions)]))
            await store.WriteAsync(connection, Erase(session) with { RecordVersion = session.RecordVersion + 1, UpdateTime = now }, []);
    }

    private static ConversationCustomer Erase(string conversationId, ConversationCustomer known) => known with
    {
        Key = new(KeyKind.ConversationId, conversationId),
        Source = LinkSource.ConversationId,
        Fields = new(known.Fields.Where(field => PersonalData.KeptOfCustomers.Contains(field.Key)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
        Contacts = [],
        Warnings = null,
    };

    private static StoredSession Erase(StoredSession session)
    {
        var document = session.Document;
        return session with
        {
            Document = document with
            {
                EndUser = document.EndUser is { } user ? new(user.Id, null, null) : null,
                Email = null,
                Feedback = null,
                SmartActionText = null,
                CustomDataSecured = null,
                CustomDataNotSecured = null,
                SipHeaders = null,
                OutTicketId = null,
                OutTicketUrl = null,
                RecordingUrl = null,
                Photos = [.. document.Photos.Select(photo => photo with { Url = null })],
                Videos = [.. document.Videos.Select(video => video with { Url = null })],
                Participants = [.. document.Participants.Select(one => one with { PhoneNumber = null, SipHeaders = null, Location = null, VirtualAgentParams = null })],
                Dispositions = document.Dispositions?.Select(disposition => disposition with { Note = null }).ToList(),
            },
            ForTask = session.ForTask is { } said ? said with { RecordingLink = null, Handlings = [.. said.Handlings.Select(handling => handling with { Content = null })] } : null,
            Transcript = [.. session.Transcript.Select(entry => entry with { Body = ErasedBody })],
        };
    }
}
