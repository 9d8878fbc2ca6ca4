using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Operations.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override Task<BulkReplayDeadLettersResponse> BulkReplayDeadLetters(BulkReplayDeadLettersRequest request, ServerCallContext context)
    {
        var filter = FilterOf(request.Filter ?? new());
        if (request.RatePerSecond is < 0 or > ReplayDesk.MaxRate)
            throw Invalid("rate_per_second", $"must be 1 to {ReplayDesk.MaxRate}, or 0 for {ReplayDesk.DefaultRate}");
        if (request.ValidateOnly && request.Token.Length > 0)
            throw Invalid("token", "must be empty in a dry run");
        if (!request.ValidateOnly)
            Required(request.Token, "token");
        return ChangeAsync(request, context, transaction => request.ValidateOnly ? PreviewAsync(transaction, request, filter) : StartAsync(transaction, request, filter));
    }

    /// <inheritdoc />
    public override async Task<GetReplayResponse> GetReplay(GetReplayRequest request, ServerCallContext context) =>
        new() { Replay = MessageOf(await replays.GetAsync(Id(request.ReplayId, "replay_id"), context.CancellationToken)) };

    /// <inheritdoc />
    public override Task<CancelReplayResponse> CancelReplay(CancelReplayRequest request, ServerCallContext context)
    {
        var id = Id(request.ReplayId, "replay_id");
        return ChangeAsync(request, context, async transaction =>
        {
            var replay = await replays.CancelAsync(transaction, id);
            return new Deed<CancelReplayResponse>(
                new() { Replay = MessageOf(replay) }, "replays.cancel", $"replays/{id}", new JsonObject { ["replayed"] = replay.Replayed });
        });
    }

    private async Task<Deed<BulkReplayDeadLettersResponse>> PreviewAsync(
        DurableTransaction transaction, BulkReplayDeadLettersRequest request, Durable.DeadLetters.DeadLetterFilter filter)
    {
        var found = await replays.PreviewAsync(transaction, filter);
        var preview = new V1.ReplayPreview { Token = found.Token, Count = found.Count, OldestTime = found.Oldest?.ToTimestamp(), NewestTime = found.Newest?.ToTimestamp() };
        preview.Kinds.AddRange(found.Kinds.Order(StringComparer.Ordinal));
        var details = DetailsOf(request);
        details["count"] = found.Count;
        return new(new() { Preview = preview }, "deadLetters.previewReplay", "deadLetters", details);
    }

    private async Task<Deed<BulkReplayDeadLettersResponse>> StartAsync(
        DurableTransaction transaction, BulkReplayDeadLettersRequest request, Durable.DeadLetters.DeadLetterFilter filter)
    {
        var rate = request.RatePerSecond == 0 ? ReplayDesk.DefaultRate : request.RatePerSecond;
        var replay = await replays.StartAsync(transaction, filter, request.Token, rate, request.ReRender);
        var details = DetailsOf(request);
        details["matched"] = replay.Matched;
        details["rate_per_second"] = rate;
        if (request.ReRender)
            details["re_render"] = true;
        return new(new() { Replay = MessageOf(replay) }, "deadLetters.bulkReplay", $"replays/{replay.Id}", details);
    }

    private static JsonObject DetailsOf(BulkReplayDeadLettersRequest request) => new()
    {
        ["filter"] = JsonNode.Parse(JsonFormatter.Default.Format(request.Filter ?? new())),
    };

    private static Replay MessageOf(BulkReplay replay) => new()
    {
        Id = replay.Id.ToString(),
        State = (V1.ReplayState)(replay.State + 1),
        Matched = replay.Matched,
        Replayed = replay.Replayed,
        RatePerSecond = replay.RatePerSecond,
        ReRender = replay.ReRender,
        StartTime = replay.StartedTime.ToTimestamp(),
        EndTime = replay.FinishedTime?.ToTimestamp(),
    };
}
