namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>What other services know of a session, in the order in which it happened (INS-128).</summary>
/// <param name="SessionName">The session.</param>
/// <param name="ContactId">The customer in the CRM.</param>
/// <param name="RecordId">The record there.</param>
/// <param name="RecordUrl">Address of the record.</param>
/// <param name="IsAccount">Whether the record is an account.</param>
/// <param name="RecordingUrl">Address of the first recording: in the store, else in the CRM.</param>
internal sealed record SessionLinks(string SessionName, string? ContactId, string? RecordId, string? RecordUrl, bool IsAccount, string? RecordingUrl)
{
    /// <summary>A record with what other services know.</summary>
    /// <param name="record">What its events say.</param>
    public SessionRecord Enter(SessionRecord record)
    {
        var user = record.Document.EndUser;
        return record with
        {
            Document = record.Document with
            {
                OutTicketId = RecordId,
                OutTicketUrl = RecordUrl,
                IsOutTicketAccount = IsAccount,
                RecordingUrl = record.Name.Kind == SessionKind.Call ? RecordingUrl : record.Document.RecordingUrl,
                EndUser = ContactId is null ? user : (user ?? new(null, null, null)) with { OutContactId = ContactId },
            },
        };
    }
}
