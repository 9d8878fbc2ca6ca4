using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    // What the vendor's documentation leaves open is never reported as supported (CRM-2).
    private static readonly V1.CapabilityRow[] Capabilities =
    [
        Row(V1.Capability.AccountLookup, V1.Support.Yes, V1.Support.Yes, V1.Support.No),
        Row(V1.Capability.RecordLookup, V1.Support.Yes, V1.Support.Unspecified, V1.Support.No),
        Row(V1.Capability.RecordUpdate, V1.Support.Yes, V1.Support.No, V1.Support.Yes),
        Row(V1.Capability.AgentMustAct, V1.Support.No, V1.Support.Yes, V1.Support.No),
        Row(V1.Capability.TwoWayConnection, V1.Support.Yes, V1.Support.No, V1.Support.No),
    ];

    /// <inheritdoc />
    public override async Task<V1.GetCapabilitiesResponse> GetCapabilities(V1.GetCapabilitiesRequest request, ServerCallContext context) => new()
    {
        InteractionMethod = (await store.FindActiveAsync(context.CancellationToken))?.Definition.InteractionMethod ?? V1.InteractionMethod.None,
        Capabilities = { Capabilities },
    };

    private static V1.CapabilityRow Row(V1.Capability capability, V1.Support genericApi, V1.Support customUrl, V1.Support emailUpdate) =>
        new() { Capability = capability, GenericApi = genericApi, CustomUrl = customUrl, EmailUpdate = emailUpdate };
}
