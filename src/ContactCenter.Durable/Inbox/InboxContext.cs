using MassTransit;

namespace ContactCenter.Durable;

/// <summary>What a consumer of a durable queue finds in its context.</summary>
public static class InboxContext
{
    /// <summary>The transaction that holds the message's inbox row; committed when the consumer returns, rolled back when it throws.</summary>
    /// <remarks>The consumer writes its effect and publishes with it, and neither commits nor disposes it.</remarks>
    /// <exception cref="PayloadNotFoundException">The consumer was not registered with <see cref="DurableBuilder.AddConsumer{TConsumer}"/>.</exception>
    public static DurableTransaction Transaction(this ConsumeContext context) => context.GetPayload<DurableTransaction>();

    /// <summary>A consumer is known by its queue.</summary>
    internal static string ConsumerName(this ReceiveContext context) => context.InputAddress.Segments[^1];
}
