using ContactCenter.Durable.DeadLetters;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    private static Durable.DeadLetters.DeadLetterFilter FilterOf(V1.DeadLetterFilter filter)
    {
        var (firstFrom, firstTo) = Range(filter.FirstStartTime, "filter.first_start_time", filter.FirstEndTime, "filter.first_end_time");
        var (lastFrom, lastTo) = Range(filter.LastStartTime, "filter.last_start_time", filter.LastEndTime, "filter.last_end_time");
        return new()
        {
            Source = Chosen<Durable.DeadLetters.DeadLetterSource>((int)filter.Source, "filter.source"),
            ItemId = filter.ItemId.Length > 0 ? Id(filter.ItemId, "filter.item_id") : null,
            Kind = Given(filter.Kind),
            Group = Given(filter.Group),
            Key = Given(filter.Key),
            Reason = Given(filter.Reason),
            State = Chosen<Durable.DeadLetters.DeadLetterState>((int)filter.State, "filter.state"),
            ErrorClass = Given(filter.ErrorClass),
            ErrorStatus = filter.HasErrorStatus ? filter.ErrorStatus : null,
            Policy = Given(filter.Policy),
            TraceId = Given(filter.TraceId),
            MinAttempts = filter.HasMinAttempts ? filter.MinAttempts : null,
            MaxAttempts = filter.HasMaxAttempts ? filter.MaxAttempts : null,
            MinGeneration = filter.HasMinGeneration ? filter.MinGeneration : null,
            MaxGeneration = filter.HasMaxGeneration ? filter.MaxGeneration : null,
            FirstFrom = firstFrom,
            FirstTo = firstTo,
            LastFrom = lastFrom,
            LastTo = lastTo,
        };
    }

    private static V1.DeadLetter MessageOf(StoredDeadLetter letter)
    {
        var message = new V1.DeadLetter
        {
            Id = letter.Id.ToString(),
            Source = (V1.DeadLetterSource)(letter.Source + 1),
            ItemId = letter.ItemId.ToString(),
            Kind = letter.Kind,
            Group = letter.Group,
            Key = letter.Key ?? "",
            Reason = letter.Reason,
            State = (V1.DeadLetterState)(letter.State + 1),
            ErrorClass = letter.ErrorClass,
            Error = letter.Error,
            Attempts = letter.Attempts,
            FirstTime = letter.FirstTime.ToTimestamp(),
            LastTime = letter.LastTime.ToTimestamp(),
            Generation = letter.Generation,
            Policy = letter.Policy ?? "",
            TraceId = TraceIdOf(letter.TraceParent),
            DeduplicationKey = letter.DeduplicationKey ?? "",
            CloseTime = letter.ClosedTime?.ToTimestamp(),
            DiscardReason = letter.DiscardReason ?? "",
        };
        if (letter.ErrorStatus is { } status)
            message.ErrorStatus = status;
        return message;
    }
}
