using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Tests.Twilio;

/// <summary>The lives of the specification's worked examples, written by hand.</summary>
internal static class WorkedExamples
{
    public static TwilioAccount Account { get; } = new(
        "AC00000000000000000000000000000001", "WS00000000000000000000000000000001", "12345", "https://insights.example.com" + TwilioAccount.CallbackPath);

    public static TaskQueue Level1 { get; } = new("Level 1", Workspace.Voice);

    public static TaskQueue Level2 { get; } = new("Level 2", Workspace.Voice);

    public static Worker First { get; } = Workspace.Workers[0];

    public static Worker Second { get; } = Workspace.Workers[1];

    /// <summary>EX-1: a cold transfer, answered twice.</summary>
    public static TaskLife ColdTransfer { get; } = new(
        "WT00000000000000000000000000000001",
        Workspace.VoiceWorkflow,
        new Contact(4, 1, Outbound: false, null, null, null),
        At("10:00:00.500"),
        [
            new QueueStay(
                Level1,
                At("10:00:00.900"),
                At("10:00:00.900"),
                [new Offer("WR00000000000000000000000000000001", First, At("10:00:08.100"), OfferEnd.Accepted, At("10:00:12.200"),
                    new Handling(At("10:02:12.100"), At("10:02:22.700")))],
                StayEnd.Answered,
                At("10:00:12.200")),
            new QueueStay(
                Level2,
                At("10:02:12.050"),
                At("10:02:13.000"),
                [new Offer("WR00000000000000000000000000000002", Second, At("10:02:40.000"), OfferEnd.Accepted, At("10:02:45.900"),
                    new Handling(At("10:05:45.100"), At("10:06:15.000")))],
                StayEnd.Answered,
                At("10:02:45.900")),
        ],
        At("10:06:15.200"),
        "solved");

    /// <summary>EX-2: abandoned after a transfer, while it rang.</summary>
    public static TaskLife AbandonedAfterTransfer { get; } = new(
        "WT00000000000000000000000000000002",
        Workspace.VoiceWorkflow,
        new Contact(4, 1, Outbound: false, null, null, null),
        At("07:21:33.000"),
        [
            new QueueStay(
                Level1,
                At("07:21:33.000"),
                At("07:21:33.000"),
                [new Offer("WR00000000000000000000000000000003", First, At("07:22:41.000"), OfferEnd.Accepted, At("07:22:45.000"),
                    new Handling(At("07:25:02.000"), At("07:25:02.000")))],
                StayEnd.Answered,
                At("07:22:45.000")),
            new QueueStay(
                Level2,
                At("07:25:02.000"),
                At("07:25:02.000"),
                [new Offer("WR00000000000000000000000000000004", Second, At("07:25:03.000"), OfferEnd.Canceled, At("07:25:05.000"))],
                StayEnd.Canceled,
                At("07:25:05.000")),
        ],
        At("07:25:05.000"),
        "hangup");

    private static DateTimeOffset At(string time) => new(new DateOnly(2026, 3, 2), TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
}
