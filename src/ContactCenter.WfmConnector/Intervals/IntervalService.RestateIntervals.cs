using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.Wfm.V1;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class IntervalService
{
    private const int LongestReason = 500;
    private const int MostChanges = 100;

    /// <inheritdoc />
    public override Task<RestateIntervalsResponse> RestateIntervals(RestateIntervalsRequest request, ServerCallContext context)
    {
        var range = IntervalRange.Read(request.StartTime, request.EndTime);
        if (request.Reason.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "reason", "is required");
        if (request.Reason.Length > LongestReason)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "reason", $"must have at most {LongestReason} characters");
        if (range.End > timeProvider.GetUtcNow().UtcDateTime)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.RangeInvalid, "end_time", "must have passed");

        return calls.RunAsync(context, request, async transaction =>
        {
            string[] remapped = [];
            if (request.Remap)
            {
                await IntervalSealer.LockAsync(transaction.Connection);
                await transaction.Connection.ExecuteAsync("SAVEPOINT before_remapping");
                remapped = await Remapping.ApplyAsync(transaction.Connection, range, Guid.CreateVersion7(timeProvider.GetUtcNow()));
            }

            var changes = await sealer.RestateAsync(transaction, range.Start, range.End, events: [], isSent: false, request.ValidateOnly, context.CancellationToken);
            var response = new RestateIntervalsResponse { ChangedValues = changes.Count };
            response.Changes.AddRange(changes.Take(MostChanges).Select(entry => new ValueChange
            {
                StartTime = entry.Start.ToTimestamp(),
                Report = entry.Change.Report,
                Row = entry.Change.Row,
                Measure = entry.Change.Measure,
                OldValue = entry.Change.Old ?? "",
                NewValue = entry.Change.New ?? "",
            }));
            if (request.ValidateOnly)
            {
                if (request.Remap)
                    await transaction.Connection.ExecuteAsync("ROLLBACK TO SAVEPOINT before_remapping");
                return response;
            }

            // At the end: those agents' next events wait for it.
            if (remapped.Length > 0)
                await states.RefreshAsync(transaction.Connection, remapped);
            if (request.Push)
                response.PushedReports = await reports.PushAsync(transaction, range.Start, range.End);
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "intervals.restate", $"intervals/{range.Start:O}", request.RequestId, Details: new() { ["reason"] = request.Reason, ["end_time"] = $"{range.End:O}", ["remap"] = $"{request.Remap}" }));
            return response;
        });
    }
}
