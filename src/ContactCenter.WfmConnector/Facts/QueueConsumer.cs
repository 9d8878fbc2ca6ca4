using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using MassTransit;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>Keeps who waits, who is on hold, and how far Insights is.</summary>
public sealed class QueueConsumer : IConsumer<QueueEntered>, IConsumer<SessionStarted>, IConsumer<HoldChanged>, IConsumer<IngestWatermark>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<QueueEntered> context) =>
        // A session without task has no segments, so that it is no contact here (WFM-46).
        FactStore.IsTask(context.Message.TaskSid) ? FactStore.KeepWaitAsync(context.Transaction().Connection, context.Message) : Task.CompletedTask;

    /// <inheritdoc />
    public Task Consume(ConsumeContext<HoldChanged> context) =>
        FactStore.KeepHoldAsync(context.Transaction().Connection, context.Message);

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionStarted> context) =>
        FactStore.KeepTaskAsync(context.Transaction().Connection, context.Message.EventId, context.Message.Session);

    /// <inheritdoc />
    public Task Consume(ConsumeContext<IngestWatermark> context) => FactStore.KeepWatermarkAsync(context.Transaction().Connection, context.Message.WatermarkTime);
}
