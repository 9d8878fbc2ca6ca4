using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = request.Filter ?? new();
        var after = Pages.Position(request.PageToken, filter, 2);
        var rows = await deadLetters.ListAsync(
            FilterOf(filter), after is null ? null : new DeadLetterPosition(after.Time(0), after.Id(1)), size + 1, context.CancellationToken);

        var response = new ListDeadLettersResponse();
        response.DeadLetters.AddRange(rows.Take(size).Select(MessageOf));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].LastTime), rows[size - 1].Id.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<GetDeadLetterResponse> GetDeadLetter(GetDeadLetterRequest request, ServerCallContext context)
    {
        var id = Id(request.DeadLetterId, "dead_letter_id");
        var letter = request.Unmasked ? await UnmaskAsync(id, context) : await deadLetters.GetAsync(id, context.CancellationToken);
        return new GetDeadLetterResponse { DeadLetter = MessageOf(letter), Payload = Encoding.UTF8.GetString(letter.Payload!) };
    }

    /// <inheritdoc />
    public override Task<ReplayDeadLetterResponse> ReplayDeadLetter(ReplayDeadLetterRequest request, ServerCallContext context)
    {
        var id = Id(request.DeadLetterId, "dead_letter_id");
        return ChangeAsync(request, context, async transaction =>
        {
            var letter = await deadLetters.ReplayAsync(transaction, id, request.ReRender);
            return new Deed<ReplayDeadLetterResponse>(
                new() { DeadLetter = MessageOf(letter) },
                "deadLetters.replay",
                $"deadLetters/{id}",
                request.ReRender ? new() { ["generation"] = letter.Generation, ["re_render"] = true } : new() { ["generation"] = letter.Generation });
        });
    }

    /// <inheritdoc />
    public override Task<DiscardDeadLetterResponse> DiscardDeadLetter(DiscardDeadLetterRequest request, ServerCallContext context)
    {
        var id = Id(request.DeadLetterId, "dead_letter_id");
        var reason = Required(request.Reason, "reason");
        if (reason.Length > DeadLetterDesk.MaxReasonLength)
            throw Invalid("reason", $"must have 1 to {DeadLetterDesk.MaxReasonLength} characters");
        return ChangeAsync(request, context, async transaction =>
        {
            var letter = await deadLetters.DiscardAsync(transaction, id, reason);
            return new Deed<DiscardDeadLetterResponse>(
                new() { DeadLetter = MessageOf(letter) }, "deadLetters.discard", $"deadLetters/{id}", new JsonObject { ["reason"] = reason });
        });
    }

    // Who may not look is entered as refused, like anybody who lacks the scope of a method.
    private async Task<StoredDeadLetter> UnmaskAsync(Guid id, ServerCallContext context)
    {
        var caller = context.GetCaller();
        if (!caller.HasScope($"{area.Name}.admin"))
        {
            deniedCalls.Add(caller.Actor, context.Method);
            throw RpcErrors.ScopeMissing($"contactcenter.{area.Name}", $"{area.Name}.admin");
        }

        await using var transaction = await database.BeginAsync(context.CancellationToken);
        var letter = await DeadLetterDesk.GetUnmaskedAsync(transaction, id);
        transaction.Audit(new(caller.Actor, "deadLetters.unmask", $"deadLetters/{id}"));
        await transaction.CommitAsync(context.CancellationToken);
        return letter;
    }
}
