using System.Text.Json.Nodes;
using ContactCenter.Operations.V1;
using Grpc.Core;

namespace ContactCenter.Operations.Tests;

public sealed class DeadLetterTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    [Rule("DUR-48")]
    public async Task Letters_are_listed_newest_first_by_filter_in_pages_bound_to_the_filter()
    {
        var letters = await FailAsync("a", "b", "c");
        var filter = new DeadLetterFilter { Kind = Kind, State = DeadLetterState.Pending, Source = DeadLetterSource.Job, Key = "k", Reason = "MAX_ATTEMPTS", MinAttempts = 1 };

        var first = await Operations.ListDeadLettersAsync(new() { Filter = filter, PageSize = 2 }, cancellationToken: Cancellation);
        var second = await Operations.ListDeadLettersAsync(new() { Filter = filter, PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        var none = await Operations.ListDeadLettersAsync(new() { Filter = new() { State = DeadLetterState.Replayed } }, cancellationToken: Cancellation);

        Assert.Equal(letters.Reverse().Select(letter => letter.Id), first.DeadLetters.Concat(second.DeadLetters).Select(letter => letter.Id));
        Assert.Empty(second.NextPageToken);
        Assert.Empty(none.DeadLetters);
        await AssertFailsAsync(Operations.ListDeadLettersAsync(new() { PageToken = first.NextPageToken }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
        await AssertFailsAsync(Operations.ListDeadLettersAsync(new() { PageSize = 1_001 }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", "page_size");
        await AssertFailsAsync(Operations.ListDeadLettersAsync(new() { Filter = new() { State = (DeadLetterState)9 } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "filter.state");
        await AssertFailsAsync(Operations.ListDeadLettersAsync(new() { Filter = new() { ItemId = "7" } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "filter.item_id");
        await AssertFailsAsync(Operations.ListDeadLettersAsync(new() { Filter = new() { Kind = "a\0" } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "filter.kind");
        await AssertFailsAsync(
            Operations.ListDeadLettersAsync(new() { Filter = new() { LastStartTime = new() { Seconds = 2 }, LastEndTime = new() { Seconds = 1 } } }, cancellationToken: Cancellation),
            StatusCode.InvalidArgument, "RANGE_INVALID", "filter.last_end_time");
        await AssertFailsAsync(
            Operations.ListDeadLettersAsync(new() { Filter = new() { FirstStartTime = new() { Nanos = -1 } } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "TIME_INVALID", "filter.first_start_time");
    }

    [Fact]
    [Rule("DUR-48")]
    [Rule("SEC-9")]
    public async Task The_payload_is_masked_unless_the_admin_scope_asks_and_that_is_entered()
    {
        var letter = (await FailAsync("Ana Silva"))[0];
        var operatorKey = await Operations.CreateApiKeyAsync(new() { Name = "operator", Scopes = { "crm.operate" } }, cancellationToken: Cancellation);
        var asOperator = ClientOf(operatorKey.Key);

        var masked = await asOperator.GetDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        var plain = await Operations.GetDeadLetterAsync(new() { DeadLetterId = letter.Id, Unmasked = true }, cancellationToken: Cancellation);

        Assert.DoesNotContain("Ana", masked.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain("+351210000099", masked.Payload, StringComparison.Ordinal);
        Assert.Equal("Ana Silva", (string?)JsonNode.Parse(plain.Payload)!["text"]);
        await AssertEnteredAsync($"deadLetters/{letter.Id}", "deadLetters.unmask", "{}");
        await AssertFailsAsync(asOperator.GetDeadLetterAsync(new() { DeadLetterId = letter.Id, Unmasked = true }, cancellationToken: Cancellation), StatusCode.PermissionDenied, "SCOPE_MISSING");
        await AssertFailsAsync(Operations.GetDeadLetterAsync(new(), cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "dead_letter_id");
        await AssertFailsAsync(Operations.GetDeadLetterAsync(new() { DeadLetterId = "9001" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "dead_letter_id");
        await AssertFailsAsync(Operations.GetDeadLetterAsync(new() { DeadLetterId = NewId() }, cancellationToken: Cancellation), StatusCode.NotFound, "DEAD_LETTER_NOT_FOUND");
        await AssertFailsAsync(Operations.GetDeadLetterAsync(new() { DeadLetterId = NewId(), Unmasked = true }, cancellationToken: Cancellation), StatusCode.NotFound, "DEAD_LETTER_NOT_FOUND");
    }

    [Fact]
    [Rule("DUR-49")]
    [Rule("DUR-59")]
    [Rule("DUR-21")]
    public async Task A_replay_with_a_request_id_happens_once_and_is_entered_with_it()
    {
        var letter = (await FailAsync("again"))[0];
        Place.IsOpen = true;
        var request = new ReplayDeadLetterRequest { RequestId = NewId(), DeadLetterId = letter.Id };

        var first = await Operations.ReplayDeadLetterAsync(request, cancellationToken: Cancellation);
        var repeated = Operations.ReplayDeadLetterAsync(request, cancellationToken: Cancellation);

        Assert.Equal(first, await repeated);
        Assert.Equal("true", (await repeated.ResponseHeadersAsync).GetValue("idempotent-replayed"));
        Assert.Equal((DeadLetterState.Replayed, 1), (first.DeadLetter.State, first.DeadLetter.Generation));
        await Eventually.TrueAsync(() => Place.Done.Count > 0);
        Assert.Equal(["again"], Place.Done);
        await AssertEnteredAsync($"deadLetters/{letter.Id}", "deadLetters.replay", """{"generation":1}""", request.RequestId);
        await AssertFailsAsync(Operations.ReplayDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "DEAD_LETTER_NOT_PENDING");
        await AssertFailsAsync(Operations.ReplayDeadLetterAsync(new() { DeadLetterId = NewId() }, cancellationToken: Cancellation), StatusCode.NotFound, "DEAD_LETTER_NOT_FOUND");
        await AssertFailsAsync(
            Operations.ReplayDeadLetterAsync(new(request) { DeadLetterId = NewId() }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "REQUEST_ID_REUSED", "request_id");
        await AssertFailsAsync(
            Operations.ReplayDeadLetterAsync(new() { RequestId = "1", DeadLetterId = letter.Id }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "REQUEST_ID_INVALID", "request_id");
    }

    [Fact]
    [Rule("DUR-52")]
    [Rule("DUR-59")]
    public async Task A_letter_is_discarded_with_a_reason()
    {
        var letter = (await FailAsync("unwanted"))[0];

        var discarded = await Operations.DiscardDeadLetterAsync(new() { DeadLetterId = letter.Id, Reason = "The CRM has it." }, cancellationToken: Cancellation);

        Assert.Equal((DeadLetterState.Discarded, "The CRM has it."), (discarded.DeadLetter.State, discarded.DeadLetter.DiscardReason));
        Assert.NotNull(discarded.DeadLetter.CloseTime);
        await AssertEnteredAsync($"deadLetters/{letter.Id}", "deadLetters.discard", """{"reason":"The CRM has it."}""");
        await AssertFailsAsync(Operations.DiscardDeadLetterAsync(new() { DeadLetterId = letter.Id, Reason = "x" }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "DEAD_LETTER_NOT_PENDING");
        await AssertFailsAsync(Operations.DiscardDeadLetterAsync(new() { DeadLetterId = NewId(), Reason = "x" }, cancellationToken: Cancellation), StatusCode.NotFound, "DEAD_LETTER_NOT_FOUND");
        await AssertFailsAsync(Operations.DiscardDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "reason");
        await AssertFailsAsync(
            Operations.DiscardDeadLetterAsync(new() { DeadLetterId = letter.Id, Reason = new string('x', 501) }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "reason");
    }

    [Fact]
    [Rule("DUR-50")]
    [Rule("DUR-59")]
    public async Task A_bulk_replay_touches_what_its_dry_run_found()
    {
        await FailAsync("one", "two");
        var filter = new DeadLetterFilter { Kind = Kind };
        var dryRun = await Operations.BulkReplayDeadLettersAsync(new() { Filter = filter, ValidateOnly = true }, cancellationToken: Cancellation);
        await FailAsync("later");
        Place.IsOpen = true;
        var token = dryRun.Preview.Token;

        await AssertFailsAsync(Operations.BulkReplayDeadLettersAsync(new() { Token = token }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "REPLAY_TOKEN_INVALID");
        var started = (await Operations.BulkReplayDeadLettersAsync(new() { Filter = filter, Token = token, RatePerSecond = 7 }, cancellationToken: Cancellation)).Replay;
        await Eventually.TrueAsync(async () => (await Operations.GetReplayAsync(new() { ReplayId = started.Id }, cancellationToken: Cancellation)).Replay.State == ReplayState.Done);
        await Eventually.TrueAsync(() => Place.Done.Count >= 2);

        Assert.Equal((2, Kind), (dryRun.Preview.Count, Assert.Single(dryRun.Preview.Kinds)));
        Assert.True(dryRun.Preview.OldestTime <= dryRun.Preview.NewestTime);
        Assert.Equal((2, 7), (started.Matched, started.RatePerSecond));
        Assert.Equal(["one", "two"], Place.Done);
        Assert.Equal(2, (await Operations.GetReplayAsync(new() { ReplayId = started.Id }, cancellationToken: Cancellation)).Replay.Replayed);
        await AssertEnteredAsync("deadLetters", "deadLetters.previewReplay", """{"count":2,"filter":{"kind":"tests.work"}}""");
        await AssertEnteredAsync($"replays/{started.Id}", "deadLetters.bulkReplay", """{"filter":{"kind":"tests.work"},"matched":2,"rate_per_second":7}""");
        await AssertFailsAsync(Operations.CancelReplayAsync(new() { ReplayId = started.Id }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "REPLAY_DONE");
        await AssertFailsAsync(Operations.CancelReplayAsync(new() { ReplayId = NewId() }, cancellationToken: Cancellation), StatusCode.NotFound, "REPLAY_NOT_FOUND");
        await AssertFailsAsync(Operations.GetReplayAsync(new() { ReplayId = NewId() }, cancellationToken: Cancellation), StatusCode.NotFound, "REPLAY_NOT_FOUND");
        await AssertFailsAsync(Operations.BulkReplayDeadLettersAsync(new(), cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "token");
        await AssertFailsAsync(Operations.BulkReplayDeadLettersAsync(new() { ValidateOnly = true, Token = token }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "token");
        await AssertFailsAsync(
            Operations.BulkReplayDeadLettersAsync(new() { Token = token, RatePerSecond = 1_001 }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "rate_per_second");
    }

    [Fact]
    [Rule("DUR-50")]
    [Rule("DUR-59")]
    public async Task A_bulk_replay_can_be_cancelled()
    {
        await FailAsync("a", "b", "c");
        var dryRun = await Operations.BulkReplayDeadLettersAsync(new() { ValidateOnly = true }, cancellationToken: Cancellation);
        var started = (await Operations.BulkReplayDeadLettersAsync(new() { Token = dryRun.Preview.Token, RatePerSecond = 1 }, cancellationToken: Cancellation)).Replay;

        var cancelled = (await Operations.CancelReplayAsync(new() { ReplayId = started.Id }, cancellationToken: Cancellation)).Replay;

        Assert.Equal(ReplayState.Cancelled, cancelled.State);
        Assert.NotNull(cancelled.EndTime);
        await AssertEnteredAsync($"replays/{started.Id}", "replays.cancel", $$"""{"replayed":{{cancelled.Replayed}}}""");
    }
}
