using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Write-backs as the contract and the events show them.</summary>
internal static class WriteBackMessages
{
    public static V1.WriteBack Of(WriteBackItem item) => new()
    {
        WriteBackId = item.WriteBackId.ToString(),
        AccountSid = item.AccountSid,
        Target = item.Target,
        Kind = (V1.WriteBackKind)item.Kind,
        Status = (V1.WriteBackStatus)item.Status,
        Attempts = item.Attempts,
        LastError = item.LastError ?? "",
        NextAttemptTime = item.NextAttemptTime?.ToTimestamp(),
        CreateTime = item.CreateTime.ToTimestamp(),
        FinishTime = item.FinishTime?.ToTimestamp(),
        DryRun = item.DryRun,
    };

    public static V1.WorkerUpdateResult Of(WorkerUpdateRow row) => new()
    {
        WorkerSid = row.WorkerSid,
        Outcome = (V1.WorkerUpdateOutcome)(row.Outcome ?? 0),
        Before = row.Before ?? "",
        After = row.After ?? "",
        Error = row.Error ?? "",
    };

    public static V1.WorkerUpdateCounts Of(IEnumerable<(WorkerUpdateOutcome? Outcome, int Count)> counts)
    {
        var by = counts.ToDictionary(count => (int)(count.Outcome ?? 0), count => count.Count);
        return new()
        {
            Total = by.Values.Sum(),
            Waiting = by.GetValueOrDefault(0),
            Updated = by.GetValueOrDefault((int)WorkerUpdateOutcome.Updated),
            Unchanged = by.GetValueOrDefault((int)WorkerUpdateOutcome.Unchanged),
            NotFound = by.GetValueOrDefault((int)WorkerUpdateOutcome.NotFound),
            Conflict = by.GetValueOrDefault((int)WorkerUpdateOutcome.Conflict),
            Failed = by.GetValueOrDefault((int)WorkerUpdateOutcome.Failed),
        };
    }

    /// <summary>Publishes the end of a write-back, unless it is one of a test account (INS-138).</summary>
    public static void Publish(DurableTransaction transaction, WriteBackItem finished, TwilioAccounts accounts)
    {
        if (!accounts.Publishes(finished.AccountSid))
            return;
        transaction.Publish(
            new WriteBackFinished
            {
                EventId = Guid.CreateVersion7(finished.FinishTime!.Value),
                OccurredTime = finished.FinishTime.Value,
                RecordedTime = finished.FinishTime.Value,
                AccountSid = finished.AccountSid,
                WriteBackId = finished.WriteBackId,
                Target = finished.Target,
                Status = WriteBackStore.Word(finished.Status).ToUpperInvariant(),
                Attempts = finished.Attempts,
            },
            finished.WriteBackId.ToString(),
            mandatory: false);
    }
}
