using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using MassTransit;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>Keeps who waits, who is on hold, and how far Insights is.</summary>
public sealed class QueueConsumer : IConsumer<QueueEntered>, IConsumer<HoldChanged>, IConsumer<IngestWatermark>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<QueueEntered> context) =>
        // A session without task has no segments, so that it is no contact here (WFM-46).
        FactStore.IsTask(context.Message.TaskSid) ? FactStore.KeepWaitAsync(context.Transaction().Connection, context.Message) : Task.CompletedTask;

    /// <inheritdoc />
    public Task Consume(ConsumeContext<HoldChanged> context) =>
        context.Message.Session.TaskSid is { } task ? FactStore.KeepHoldAsync(context.Transaction().Connection, task, context.Message) : Task.CompletedTask;

    /// <inheritdoc />
    public Task Consume(ConsumeContext<IngestWatermark> context) => FactStore.KeepWatermarkAsync(context.Transaction().Connection, context.Message.WatermarkTime);
}
