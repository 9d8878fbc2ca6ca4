using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using MassTransit;
using Npgsql;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>Keeps who waits, who is on hold, and how far Insights is.</summary>
/// <param name="source">Told that Insights was heard of.</param>
public sealed class QueueConsumer(SourceWatch source) : IConsumer<QueueEntered>, IConsumer<SessionStarted>, IConsumer<HoldChanged>, IConsumer<IngestWatermark>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<QueueEntered> context) =>
        // A session without task has no segments, so that it is no contact here (WFM-46).
        KeepAsync(context, connection => FactStore.IsTask(context.Message.TaskSid) ? FactStore.KeepWaitAsync(connection, context.Message) : Task.CompletedTask);

    /// <inheritdoc />
    public Task Consume(ConsumeContext<HoldChanged> context) => KeepAsync(context, connection => FactStore.KeepHoldAsync(connection, context.Message));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionStarted> context) =>
        KeepAsync(context, connection => FactStore.KeepTaskAsync(connection, context.Message.EventId, context.Message.Session));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<IngestWatermark> context) => KeepAsync(context, connection => FactStore.KeepWatermarkAsync(connection, context.Message.WatermarkTime));

    private async Task KeepAsync(ConsumeContext context, Func<NpgsqlConnection, Task> keep)
    {
        var connection = context.Transaction().Connection;
        await source.HearAsync(connection);
        await keep(connection);
    }
}
