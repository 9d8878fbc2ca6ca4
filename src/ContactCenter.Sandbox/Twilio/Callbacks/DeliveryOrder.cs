namespace ContactCenter.Sandbox.Twilio.Callbacks;

/// <summary>One callback as it goes over the wire.</summary>
/// <param name="Callback">The callback.</param>
/// <param name="Copy">Whether it was sent before.</param>
public sealed record Delivery(EventCallback Callback, bool Copy);

/// <summary>
/// Puts callbacks into the order in which they arrive: that of their time, but some overtaken by a few later ones and
/// some sent twice. TaskRouter promises neither order nor uniqueness, so a receiver that needs them must fail here.
/// </summary>
public static class DeliveryOrder
{
    private const int LatePercent = 5;
    private const int CopyPercent = 4;
    private const int LongestDelay = 12;

    /// <summary>Orders the callbacks.</summary>
    /// <param name="callbacks">Any order.</param>
    /// <returns>Every callback once, followed at some distance by the copies of some; equal input gives equal output.</returns>
    public static IReadOnlyList<Delivery> Of(IEnumerable<EventCallback> callbacks)
    {
        var positions = new List<(Delivery Delivery, double Position)>();
        foreach (var callback in callbacks.OrderBy(c => c.Time))
        {
            var dice = new Dice($"delivery/{callback.Sid}");
            var position = positions.Count + (dice.Chance(LatePercent) ? dice.Between(2, LongestDelay) + 0.5 : 0);
            positions.Add((new Delivery(callback, Copy: false), position));
            if (dice.Chance(CopyPercent))
                positions.Add((new Delivery(callback, Copy: true), position + dice.Between(1, LongestDelay) + 0.5));
        }
        return [.. positions.OrderBy(p => p.Position).Select(p => p.Delivery)];
    }
}
