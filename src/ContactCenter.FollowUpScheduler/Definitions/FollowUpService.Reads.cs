using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

public sealed partial class FollowUpService
{
    private const int MostFollowUpsOfPage = 500;
    private const int MostRuns = 50;
    private const int DefaultRuns = 10;

    /// <inheritdoc />
    public override async Task<V1.GetFollowUpResponse> GetFollowUp(V1.GetFollowUpRequest request, ServerCallContext context) =>
        new() { FollowUp = (await FindAsync(request.FollowUpId, context)).ToMessage() };

    /// <inheritdoc />
    public override async Task<V1.ListFollowUpsResponse> ListFollowUps(V1.ListFollowUpsRequest request, ServerCallContext context)
    {
        var filter = new V1.ListFollowUpsRequest { Query = request.Query };
        var size = request.PageSize > MostFollowUpsOfPage
            ? throw RpcErrors.InvalidArgument(Domain, "PAGE_SIZE_INVALID", "page_size", $"must be 1 to {MostFollowUpsOfPage}, or 0 for {Paging.DefaultSize}")
            : Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 2);
        var found = await store.ListAsync(request.Query, after?[0] ?? "", after?[1] ?? "", size + 1, context.CancellationToken);
        var response = new V1.ListFollowUpsResponse { FollowUps = { found.Take(size).Select(followUp => followUp.ToMessage()) } };
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, found[size - 1].Definition.DisplayName, found[size - 1].Id);
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ValidateFollowUpResponse> ValidateFollowUp(V1.ValidateFollowUpRequest request, ServerCallContext context)
    {
        if (!System.Enum.IsDefined(request.Section))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "section", "is not known");
        var findings = await references.CheckAsync(Required(request.FollowUp), request.Section, context.CancellationToken);
        return new() { Problems = { findings.Problems }, Warnings = { findings.Warnings } };
    }

    /// <inheritdoc />
    public override async Task<V1.ListNextRunsResponse> ListNextRuns(V1.ListNextRunsRequest request, ServerCallContext context)
    {
        if (request.Count is < 0 or > MostRuns)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "count", $"must be 1 to {MostRuns}, or 0 for {DefaultRuns}");
        if (request.TimeZone.Length > 0 && !TimeZones.IsKnown(request.TimeZone))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "time_zone", "must be the IANA name of a zone");
        var followUp = await FindAsync(request.FollowUpId, context);
        var response = new V1.ListNextRunsResponse();
        if (followUp.NextPollTime is not { } next)
            return response;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(request.TimeZone.Length > 0 ? request.TimeZone : "UTC");
        for (var i = 0; i < (request.Count == 0 ? DefaultRuns : request.Count); i++, next = followUp.Plan.After(next))
        {
            response.Runs.Add(new V1.NextRun
            {
                Time = next.ToTimestamp(),
                LocalTime = TimeZoneInfo.ConvertTime(next, zone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
            });
        }

        return response;
    }
}
