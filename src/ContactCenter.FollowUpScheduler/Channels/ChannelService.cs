using ContactCenter.Contracts;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Egress.Guard;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>Keeps channels; <c>channel_service.proto</c> is its specification.</summary>
/// <param name="desk">What may be done with them.</param>
/// <param name="types">Say what channels can do.</param>
/// <param name="guard">Says which hosts may be called.</param>
/// <param name="calls">Runs changes once per request_id.</param>
public sealed class ChannelService(DefinitionDesk<V1.Channel> desk, ChannelTypes types, EgressGuard guard, IdempotentCalls calls)
    : V1.ChannelService.ChannelServiceBase
{
    /// <inheritdoc />
    public override async Task<V1.CreateChannelResponse> CreateChannel(V1.CreateChannelRequest request, ServerCallContext context)
    {
        var definition = Check(request.Channel);
        return await calls.RunAsync(context, request, async transaction => new V1.CreateChannelResponse
        {
            Channel = ToMessage(await desk.CreateAsync(transaction, request.Channel.ChannelId, definition, context, request.RequestId)),
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetChannelResponse> GetChannel(V1.GetChannelRequest request, ServerCallContext context) =>
        new() { Channel = ToMessage(await desk.GetAsync(request.ChannelId, context)) };

    /// <inheritdoc />
    public override async Task<V1.ListChannelsResponse> ListChannels(V1.ListChannelsRequest request, ServerCallContext context)
    {
        var (page, next) = await desk.ListAsync(new V1.ListChannelsRequest(), request.PageSize, request.PageToken, context);
        return new() { Channels = { page.Select(ToMessage) }, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<V1.UpdateChannelResponse> UpdateChannel(V1.UpdateChannelRequest request, ServerCallContext context)
    {
        var definition = Check(request.Channel);
        return await calls.RunAsync(context, request, async transaction => new V1.UpdateChannelResponse
        {
            Channel = ToMessage(await desk.UpdateAsync(transaction, request.Channel.ChannelId, request.Channel.Etag, definition, context, request.RequestId)),
        });
    }

    /// <inheritdoc />
    public override Task<V1.DeleteChannelResponse> DeleteChannel(V1.DeleteChannelRequest request, ServerCallContext context) =>
        calls.RunAsync(context, request, async transaction =>
        {
            await desk.DeleteAsync(transaction, request.ChannelId, request.Etag, context, request.RequestId);
            return new V1.DeleteChannelResponse();
        });

    private V1.Channel Check(V1.Channel? channel)
    {
        var findings = new Findings();
        if (channel is null)
            findings.Refuse("channel", FollowUpErrors.FieldRequired, "is required");
        else
            new ChannelReader(guard, findings).Read(channel);
        findings.ThrowIfRefused();
        var definition = channel!.Clone();
        (definition.ChannelId, definition.Etag, definition.Capabilities) = ("", "", null);
        return definition;
    }

    private V1.Channel ToMessage(StoredDefinition<V1.Channel> stored)
    {
        var message = stored.Definition.Clone();
        (message.ChannelId, message.Etag, message.Capabilities) = (stored.Id, stored.Etag, types.Of(message).Capabilities);
        return message;
    }
}
