using ContactCenter.Durable;
using ContactCenter.Events.Crm;
using ContactCenter.Events.Storage;
using MassTransit;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Enters what the CRM and the storage service know of a session in its record (INS-128), whichever comes first.</summary>
/// <param name="changes">Writes and publishes what is different.</param>
/// <param name="timeProvider">Time of the change.</param>
public sealed class SessionLinkConsumer(SessionChanges changes, TimeProvider timeProvider)
    : IConsumer<CrmAccountResolved>, IConsumer<CrmRecordResolved>, IConsumer<CrmFileUploaded>, IConsumer<SessionFileReady>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<CrmAccountResolved> context) =>
        KeepAsync(context, context.Message.SessionKind, context.Message.SessionId, (connection, name) => SessionLinkStore.KeepAsync(connection, name, context.Message));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<CrmRecordResolved> context) =>
        KeepAsync(context, context.Message.SessionKind, context.Message.SessionId, (connection, name) => SessionLinkStore.KeepAsync(connection, name, context.Message));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<CrmFileUploaded> context) =>
        KeepAsync(context, context.Message.SessionKind, context.Message.SessionId, (connection, name) => SessionLinkStore.KeepAsync(connection, name, context.Message));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionFileReady> context) =>
        KeepAsync(context, context.Message.SessionKind, context.Message.SessionId, (connection, name) => SessionLinkStore.KeepAsync(connection, name, context.Message));

    private async Task KeepAsync(ConsumeContext context, string kind, long id, Func<NpgsqlConnection, string, Task<int>> keep)
    {
        var name = $"{kind}-{id}";
        // What is no session is not known here, and never will be.
        if (!SessionName.TryParse(name, out _))
            return;
        var transaction = context.Transaction();
        if (await keep(transaction.Connection, name) > 0)
            await new SessionBatch(transaction, changes, timeProvider.GetUtcNow()).RunAsync([], [name]);
    }
}
