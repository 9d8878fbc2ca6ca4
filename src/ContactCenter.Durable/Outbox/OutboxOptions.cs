using System.ComponentModel.DataAnnotations;

namespace ContactCenter.Durable.Outbox;

/// <summary>Settings under <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>Most messages claimed at once, 1 to 5,000.</summary>
    [Range(1, 5_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>Most messages waiting for the broker's confirm, 1 to 4,096.</summary>
    [Range(1, 4_096)]
    public int ConfirmWindow { get; set; } = 256;

    /// <summary>Messages waiting above which mutating calls are refused, 1,000 to 100 million (DUR-14).</summary>
    [Range(1_000, 100_000_000)]
    public int MaxPending { get; set; } = 1_000_000;

    /// <summary>
    /// Whether a message that needs a receiver is kept while no queue takes it (DUR-12), so that what is published before
    /// its consumers were first started is not lost; to be switched off where those consumers are not deployed at all.
    /// </summary>
    public bool RequireReceivers { get; set; } = true;
}
