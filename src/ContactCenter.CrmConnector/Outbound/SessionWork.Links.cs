using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Events.Crm;
using LinkState = ContactCenter.CrmConnector.Sessions.LinkState;

namespace ContactCenter.CrmConnector.Outbound;

// The account and the record of the session.
internal sealed partial class SessionWork
{
    /// <summary>Gives the session its account, remembers it for the end user and tells it (CRM-86).</summary>
    /// <param name="account">The account, or that there is none.</param>
    /// <param name="connectorId">In which CRM.</param>
    public void SetAccount(Link account, string connectorId)
    {
        (Session.Account, ChangesSession) = (account, true);
        if (account.State != LinkState.Resolved)
            return;
        _remembered = SessionStore.RememberCommand(connectorId, Session.EndUser, account.Id, now);
        Publish(new CrmAccountResolved
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = Session.AccountSid,
            SessionKind = Session.Name.Kind,
            SessionId = Session.Name.Id,
            AccountId = account.Id.Text,
            Temporary = false,
        });
    }

    /// <summary>Gives the session its record and tells it (CRM-82).</summary>
    /// <param name="record">The record, or that there is none.</param>
    /// <param name="reused">Whether it was there before.</param>
    public void SetRecord(Link record, bool reused)
    {
        (Session.Record, Session.RecordReused, ChangesSession) = (record, reused, true);
        var isAccount = record.State == LinkState.Waived && Session.Account.State == LinkState.Resolved;
        var template = connector.Template;
        Publish(new CrmRecordResolved
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = Session.AccountSid,
            SessionKind = Session.Name.Kind,
            SessionId = Session.Name.Id,
            AccountId = TextOf(Session.Account),
            RecordId = isAccount ? TextOf(Session.Account) : TextOf(record),
            RecordUrl = template.Address(isAccount ? template.AccountUrl : template.RecordUrl, Session.ToSession()),
            IsAccount = isAccount,
            Reused = reused,
            Temporary = false,
        });
    }

    private void Publish<T>(T message)
        where T : class => transaction.Publish(message, Session.Name.ToString());

    private static string? TextOf(Link link) => link.State == LinkState.Resolved ? link.Id.Text : null;
}
