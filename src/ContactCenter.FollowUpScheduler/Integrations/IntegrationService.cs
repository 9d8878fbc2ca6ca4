using ContactCenter.Contracts;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Egress.Guard;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Integrations;

/// <summary>Keeps integrations; <c>integration_service.proto</c> is its specification.</summary>
/// <param name="desk">What may be done with them.</param>
/// <param name="directory">The declared attributes.</param>
/// <param name="guard">Says which hosts may be called.</param>
/// <param name="calls">Runs changes once per request_id.</param>
public sealed class IntegrationService(DefinitionDesk<V1.Integration> desk, DirectoryStore directory, EgressGuard guard, IdempotentCalls calls)
    : V1.IntegrationService.IntegrationServiceBase
{
    /// <inheritdoc />
    public override async Task<V1.CreateIntegrationResponse> CreateIntegration(V1.CreateIntegrationRequest request, ServerCallContext context)
    {
        var definition = await CheckAsync(request.Integration, context);
        return await calls.RunAsync(context, request, async transaction => new V1.CreateIntegrationResponse
        {
            Integration = ToMessage(await desk.CreateAsync(transaction, request.Integration.IntegrationId, definition, context, request.RequestId)),
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetIntegrationResponse> GetIntegration(V1.GetIntegrationRequest request, ServerCallContext context) =>
        new() { Integration = ToMessage(await desk.GetAsync(request.IntegrationId, context)) };

    /// <inheritdoc />
    public override async Task<V1.ListIntegrationsResponse> ListIntegrations(V1.ListIntegrationsRequest request, ServerCallContext context)
    {
        var (page, next) = await desk.ListAsync(new V1.ListIntegrationsRequest(), request.PageSize, request.PageToken, context);
        return new() { Integrations = { page.Select(ToMessage) }, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<V1.UpdateIntegrationResponse> UpdateIntegration(V1.UpdateIntegrationRequest request, ServerCallContext context)
    {
        var definition = await CheckAsync(request.Integration, context);
        return await calls.RunAsync(context, request, async transaction => new V1.UpdateIntegrationResponse
        {
            Integration = ToMessage(await desk.UpdateAsync(transaction, request.Integration.IntegrationId, request.Integration.Etag, definition, context, request.RequestId)),
        });
    }

    /// <inheritdoc />
    public override Task<V1.DeleteIntegrationResponse> DeleteIntegration(V1.DeleteIntegrationRequest request, ServerCallContext context) =>
        calls.RunAsync(context, request, async transaction =>
        {
            await desk.DeleteAsync(transaction, request.IntegrationId, request.Etag, context, request.RequestId);
            return new V1.DeleteIntegrationResponse();
        });

    private async Task<V1.Integration> CheckAsync(V1.Integration? integration, ServerCallContext context)
    {
        var findings = new Findings();
        if (integration is null)
            findings.Refuse("integration", FollowUpErrors.FieldRequired, "is required");
        else
            new IntegrationReader(guard, findings, await directory.DeclaredAsync(context.CancellationToken)).Read(integration);
        findings.ThrowIfRefused();
        var definition = integration!.Clone();
        (definition.IntegrationId, definition.Etag) = ("", "");
        return definition;
    }

    private static V1.Integration ToMessage(StoredDefinition<V1.Integration> stored)
    {
        var message = stored.Definition.Clone();
        (message.IntegrationId, message.Etag) = (stored.Id, stored.Etag);
        return message;
    }
}
