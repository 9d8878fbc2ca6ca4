using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Tests.Twilio;

internal static class Traffic
{
    public static DateOnly Day { get; } = new(2026, 3, 2);

    public static IReadOnlyList<EventCallback> CallbacksOf(TrafficPlan plan) =>
    [
        .. plan.Lives.SelectMany(life => TaskCallbacks.Of(WorkedExamples.Account, life)),
        .. plan.Changes.Select(change => WorkerCallbacks.Of(WorkedExamples.Account, change)),
    ];

    public static byte[] BytesOf(TrafficPlan plan) =>
        [.. DeliveryOrder.Of(CallbacksOf(plan)).SelectMany(d => d.Callback.Body().Append((byte)'\n'))];

    public static string Value(this EventCallback callback, string name) => callback.Form.Single(f => f.Key == name).Value;

    public static bool Has(this EventCallback callback, string name) => callback.Form.Any(f => f.Key == name);
}
