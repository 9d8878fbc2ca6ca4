using ContactCenter.Contracts;
using ContactCenter.Events.Crm;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override async Task<V1.ActivateConnectorResponse> ActivateConnector(V1.ActivateConnectorRequest request, ServerCallContext context)
    {
        Required(request.ConnectorId, "connector_id");
        // Asked before anything is locked: the storage service may be slow.
        var hasStorage = !options.Value.RequireExternalStorage || (await stores.GetStoreAsync(new(), cancellationToken: context.CancellationToken)).Store is not null;
        return await calls.RunAsync(context, request, async transaction =>
        {
            var stored = await LockAsync(transaction, request.ConnectorId);
            if (!hasStorage)
                throw RpcErrors.FailedPrecondition(Domain, CrmErrors.ExternalStorageRequired, "A connector can be used only when external storage is configured (Crm:RequireExternalStorage).");
            if (!stored.Active)
            {
                await ConnectorStore.ActivateAsync(transaction.Connection, stored.ConnectorId);
                stored = stored with { Active = true };
                var now = timeProvider.GetUtcNow();
                transaction.Publish(
                    new CrmConnectorActivated
                    {
                        EventId = Guid.CreateVersion7(now),
                        OccurredTime = now,
                        RecordedTime = now,
                        ConnectorId = stored.ConnectorId,
                        Revision = stored.Revision,
                        InteractionMethod = stored.Definition.InteractionMethod == V1.InteractionMethod.GenericApi ? "GENERIC_API" : "CUSTOM_URL",
                    },
                    key: "connectors",
                    mandatory: false);
                Audit(transaction, context, "connectors.activate", stored.ConnectorId, request.RequestId);
            }

            return new V1.ActivateConnectorResponse { Connector = stored.ToMessage() };
        });
    }
}
