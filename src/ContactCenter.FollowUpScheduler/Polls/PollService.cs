using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Polls;

/// <summary>Tells how polls went; <c>poll_service.proto</c> is its specification.</summary>
/// <param name="store">Where the polls are.</param>
public sealed class PollService(PollStore store) : V1.PollService.PollServiceBase
{
    private const string Domain = FollowUpErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.GetPollResponse> GetPoll(V1.GetPollRequest request, ServerCallContext context)
    {
        var id = Required(request.PollId, "poll_id");
        var poll = Guid.TryParseExact(id, "D", out var pollId) ? await store.FindAsync(pollId, context.CancellationToken) : null;
        return new() { Poll = poll ?? throw RpcErrors.NotFound(Domain, FollowUpErrors.PollNotFound, "poll", id) };
    }

    /// <inheritdoc />
    public override async Task<V1.ListPollsResponse> ListPolls(V1.ListPollsRequest request, ServerCallContext context)
    {
        var filter = new V1.ListPollsRequest { FollowUpId = Required(request.FollowUpId, "follow_up_id") };
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, filter, 2);
        var polls = await store.ListAsync(request.FollowUpId, before?.Time(0), before?.Id(1), size + 1, context.CancellationToken);
        var response = new V1.ListPollsResponse { Polls = { polls.Take(size) } };
        if (polls.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(polls[size - 1].StartTime.ToDateTimeOffset()), polls[size - 1].PollId);
        return response;
    }

    private static string Required(string value, string field) =>
        value.Length > 0 ? value : throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, field, "is required");
}
