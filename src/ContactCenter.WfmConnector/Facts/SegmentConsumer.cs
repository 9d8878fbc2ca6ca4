using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.WfmConnector.AgentStates;
using MassTransit;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>Keeps the newest revision of every segment.</summary>
/// <param name="states">Told of agents whose handlings changed.</param>
/// <param name="source">Told that Insights was heard of.</param>
/// <param name="options">When contacts end.</param>
public sealed class SegmentConsumer(AgentStateStore states, SourceWatch source, IOptions<WfmOptions> options) : IConsumer<SegmentClosed>, IConsumer<SegmentRevised>, IConsumer<SegmentWithdrawn>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<SegmentClosed> context) => KeepAsync(context, context.Message.Segment, context.Message.EventId, withdrawn: false);

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SegmentRevised> context) => KeepAsync(context, context.Message.Segment, context.Message.EventId, withdrawn: false);

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SegmentWithdrawn> context) => KeepAsync(context, context.Message.Segment, context.Message.EventId, withdrawn: true);

    private async Task KeepAsync(ConsumeContext context, SegmentFacts segment, Guid eventId, bool withdrawn)
    {
        var connection = context.Transaction().Connection;
        await source.HearAsync(connection);
        await FactStore.KeepSegmentAsync(connection, SegmentRow.Of(segment, withdrawn, options.Value.Intervals.EndsWithTalk), eventId);
        if (segment is { AgentSid: { } agent, Kind: SegmentKinds.Conversation })
            await states.RefreshAsync(connection, agent);
    }
}
