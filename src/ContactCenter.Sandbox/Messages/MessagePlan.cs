using System.Globalization;
using ContactCenter.Sandbox.Rbm;

namespace ContactCenter.Sandbox.Messages;

/// <summary>Figures of the messages that an agent sent on a day.</summary>
/// <param name="Day">UTC day of the send.</param>
/// <param name="Sent">Accepted by the platform.</param>
/// <param name="Delivered">Delivered within the window.</param>
/// <param name="Read">Read within the window.</param>
/// <param name="LateDelivered">Delivered after it.</param>
/// <param name="LateRead">Read after it.</param>
/// <param name="Expired">Revoked before they were delivered.</param>
public sealed record MessageFigures(DateOnly Day, int Sent, int Delivered, int Read, int LateDelivered, int LateRead, int Expired);

/// <summary>A message that an agent of RCS for Business sends, and what becomes of it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Phone">The recipient.</param>
/// <param name="SendTime">When it is sent.</param>
/// <param name="Accepted">Whether the platform takes it.</param>
/// <param name="Receipts">Kind and time of what is reported of it.</param>
/// <param name="RecordedLast">Whether its receipts come before its sender has recorded it.</param>
public sealed record PlannedMessage(string Id, string Phone, DateTimeOffset SendTime, bool Accepted, IReadOnlyList<(string Kind, DateTimeOffset Time)> Receipts, bool RecordedLast);

/// <summary>The messages of a day, with the figures that they must give: what becomes of each is thrown first, and its receipts follow from that.</summary>
public sealed class MessagePlan
{
    private const int MessagesOfDay = 240;

    // What a message comes to: days from the send on which it is delivered and read (the send's day is 1), 0 for never.
    private static readonly ((int Delivered, int Read, bool Expired) Fate, int Weight)[] Fates =
    [
        ((1, 0, false), 30), ((1, 1, false), 25), ((1, 3, false), 10), ((2, 8, false), 10), ((1, 9, false), 5), ((3, 11, false), 3), ((9, 0, false), 4), ((0, 2, false), 3),
        ((0, 0, false), 4), ((0, 0, true), 4), ((1, 0, true), 2),
    ];

    private MessagePlan(DateOnly day, IReadOnlyList<PlannedMessage> messages, MessageFigures figures) => (Day, Messages, Figures) = (day, messages, figures);

    /// <summary>The day.</summary>
    public DateOnly Day { get; }

    /// <summary>Its messages.</summary>
    public IReadOnlyList<PlannedMessage> Messages { get; }

    /// <summary>What is true of them with a window of 8 days.</summary>
    public MessageFigures Figures { get; }

    /// <summary>Plans a day.</summary>
    /// <param name="seed">Equal seeds give equal messages.</param>
    /// <param name="day">The day.</param>
    public static MessagePlan OfDay(int seed, DateOnly day)
    {
        var messages = new List<PlannedMessage>();
        var figures = new MessageFigures(day, 0, 0, 0, 0, 0, 0);
        for (var number = 0; number < MessagesOfDay; number++)
        {
            var dice = new Dice(FormattableString.Invariant($"message {seed} {day:yyyy-MM-dd} {number}"));
            var sent = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) + dice.Seconds(0, 86_399);
            var accepted = !dice.Chance(3);
            var fate = accepted ? dice.Weighted(Fates) : default;
            var phone = string.Create(CultureInfo.InvariantCulture, $"+1555{dice.Between(1_000_000, 9_999_999)}");
            messages.Add(new(
                FormattableString.Invariant($"sandbox-{seed}-{day:yyyyMMdd}-{number}"), phone, sent, accepted, [.. Receipts(dice, sent, fate)], dice.Chance(20)));
            if (!accepted)
                continue;
            figures = figures with
            {
                Sent = figures.Sent + 1,
                Delivered = figures.Delivered + (fate.Delivered is >= 1 and <= 8 ? 1 : 0),
                Read = figures.Read + (fate.Read is >= 1 and <= 8 ? 1 : 0),
                LateDelivered = figures.LateDelivered + (fate.Delivered > 8 ? 1 : 0),
                LateRead = figures.LateRead + (fate.Read > 8 ? 1 : 0),
                Expired = figures.Expired + (fate is { Expired: true, Delivered: 0 } ? 1 : 0),
            };
        }

        return new(day, messages, figures);
    }

    /// <summary>The data that the platform reports of a message, each in a random order, some of them twice.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="message">One of the plan.</param>
    public static IEnumerable<string> DataOf(string agent, PlannedMessage message)
    {
        var dice = new Dice($"order {message.Id}");
        return message.Receipts
            .SelectMany(receipt => Enumerable.Repeat(receipt, dice.Chance(10) ? 2 : 1))
            .Select(receipt => (Place: dice.Between(1, 1_000), Data: RbmReport.Receipt(agent, message.Id, message.Phone, receipt.Kind, receipt.Time)))
            .OrderBy(one => one.Place).Select(one => one.Data);
    }

    private static IEnumerable<(string Kind, DateTimeOffset Time)> Receipts(Dice dice, DateTimeOffset sent, (int Delivered, int Read, bool Expired) fate)
    {
        if (fate.Delivered > 0)
            yield return ("DELIVERED", OnDay(dice, sent, fate.Delivered));
        if (fate.Read > 0)
        {
            var read = OnDay(dice, sent, fate.Read);
            yield return ("READ", read);
            // A second device, later.
            if (dice.Chance(10))
                yield return ("READ", read.AddDays(dice.Between(1, 5)));
        }

        if (fate.Expired)
            yield return ("TTL_EXPIRATION_REVOKED", OnDay(dice, sent, 1));
    }

    // The send's own day has to end before the receipt does.
    private static DateTimeOffset OnDay(Dice dice, DateTimeOffset sent, int day)
    {
        var midnight = new DateTimeOffset(sent.UtcDateTime.Date, TimeSpan.Zero).AddDays(day - 1);
        return midnight + dice.Seconds(day == 1 ? (sent - midnight).TotalSeconds : 0, 86_399.5);
    }
}
