using System.Globalization;
using System.Text;
using ContactCenter.Durable;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = request.Filter ?? new();
        var page = await jobs.ListAsync(FilterOf(filter), Pages.Position(request.PageToken, filter, 1)?.Number(0), size, context.CancellationToken);

        var response = new ListJobsResponse();
        response.Jobs.AddRange(page.Jobs.Select(MessageOf));
        if (page.Next is { } next)
            response.NextPageToken = Paging.Token(filter, next.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc />
    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context)
    {
        var id = Id(request.JobId, "job_id");
        var job = await jobs.FindAsync(id, context.CancellationToken) ?? throw new JobNotFoundException(id);
        return new GetJobResponse { Job = MessageOf(job), Payload = job.Payload is { } payload ? mask.Payload(Encoding.UTF8.GetString(payload)) : "" };
    }

    /// <inheritdoc />
    public override Task<RunJobNowResponse> RunJobNow(RunJobNowRequest request, ServerCallContext context)
    {
        var id = Id(request.JobId, "job_id");
        return ChangeAsync(request, context, async transaction =>
        {
            await jobs.RunNowAsync(transaction, id, context.CancellationToken);
            return new Deed<RunJobNowResponse>(new(), "jobs.runNow", $"jobs/{id}");
        });
    }

    /// <inheritdoc />
    public override Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context)
    {
        var id = Id(request.JobId, "job_id");
        return ChangeAsync(request, context, async transaction =>
        {
            await jobs.CancelAsync(transaction, id, context.CancellationToken);
            return new Deed<CancelJobResponse>(new(), "jobs.cancel", $"jobs/{id}");
        });
    }

    private static Durable.JobFilter FilterOf(V1.JobFilter filter)
    {
        var (from, to) = Range(filter.DueStartTime, "filter.due_start_time", filter.DueEndTime, "filter.due_end_time");
        return new()
        {
            Kind = Given(filter.Kind),
            Group = filter.HasGroup ? Given(filter.Group) ?? "" : null,
            Key = Given(filter.Key),
            State = Chosen<Durable.JobState>((int)filter.State, "filter.state") is var state && state <= Durable.JobState.Dead
                ? state
                : state is null ? null : throw Invalid("filter.state", "must be READY, BLOCKED, LEASED or DEAD: the list is of live jobs"),
            DueFrom = from,
            DueTo = to,
        };
    }

    private static Job MessageOf(StoredJob job) => new()
    {
        Id = job.Id.ToString(),
        Kind = job.Kind,
        Group = job.Group,
        Key = job.Key ?? "",
        DeduplicationKey = job.DeduplicationKey ?? "",
        State = (V1.JobState)(job.State + 1),
        DueTime = job.DueTime.ToTimestamp(),
        EnqueueTime = job.EnqueuedTime.ToTimestamp(),
        StartTime = job.StartedTime?.ToTimestamp(),
        EndTime = job.FinishedTime?.ToTimestamp(),
        LeaseEndTime = job.LeaseEnd?.ToTimestamp(),
        Attempts = job.Attempts,
        TraceId = TraceIdOf(job.TraceParent),
    };
}
