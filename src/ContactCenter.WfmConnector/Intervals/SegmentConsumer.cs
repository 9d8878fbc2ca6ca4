using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using MassTransit;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>
/// Keeps the newest revision of every segment. The order in which messages arrive, and how often, makes no difference
/// (WFM-51).
/// </summary>
public sealed class SegmentConsumer : IConsumer<SegmentClosed>, IConsumer<SegmentRevised>, IConsumer<SegmentWithdrawn>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<SegmentClosed> context) =>
        QueueContactStore.KeepAsync(context.Transaction().Connection, QueueContact.Of(context.Message.Segment, withdrawn: false));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SegmentRevised> context) =>
        QueueContactStore.KeepAsync(context.Transaction().Connection, QueueContact.Of(context.Message.Segment, withdrawn: false));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SegmentWithdrawn> context) =>
        QueueContactStore.KeepAsync(context.Transaction().Connection, QueueContact.Of(context.Message.Segment, withdrawn: true));
}
