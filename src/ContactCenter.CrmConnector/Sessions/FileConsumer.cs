using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.Durable;
using ContactCenter.Events.Storage;
using MassTransit;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>Has files attached to records, or linked there, as soon as the storage service has them (CRM-89, CRM-124).</summary>
/// <param name="connectors">The connector in use.</param>
/// <param name="timeProvider">Time of the change.</param>
public sealed class FileConsumer(ConnectorLoader connectors, TimeProvider timeProvider) : IConsumer<SessionFileReady>
{
    /// <inheritdoc />
    public async Task Consume(ConsumeContext<SessionFileReady> context)
    {
        var (transaction, message, now) = (context.Transaction(), context.Message, timeProvider.GetUtcNow());
        // Without a connector in use nobody asks for files.
        if (await connectors.FindActiveAsync(transaction.Connection) is not { } connector)
            return;
        var session = await SessionStore.LockAsync(transaction.Connection, SessionName.Of(message.SessionKind, message.SessionId), message.AccountSid, now);
        var work = new SessionWork(transaction, session, connector, now) { ChangesSession = true };
        work.Attach(FileFacts.Of(message), message.OccurredTime, message.SendToCrm);
        await work.SaveAsync();
    }
}
