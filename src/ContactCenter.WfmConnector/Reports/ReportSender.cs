using ContactCenter.Durable;
using ContactCenter.Events.Wfm;
using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Connections;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>What a job that sends a report needs.</summary>
/// <param name="ReportId">The report.</param>
public sealed record ReportJob(Guid ReportId);

/// <summary>Sends a report until there is a definite answer (WFM-73): those of one kind one after the other.</summary>
/// <param name="reports">Where the reports are.</param>
/// <param name="answers">Keeps what CXone answers.</param>
/// <param name="connections">Says whether anything may be sent.</param>
/// <param name="client">Sends it.</param>
/// <param name="profiles">Knows how reports were written.</param>
/// <param name="catalogue">Told what CXone takes.</param>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
public sealed class ReportSender(
    ReportStore reports, AnswerStore answers, ConnectionStore connections, CxoneClient client, WireProfileStore profiles, CatalogueStore catalogue, DurableDatabase database, TimeProvider timeProvider)
    : IJobHandler
{
    /// <summary>Kind of the jobs.</summary>
    public const string Kind = "reports.send";

    private static readonly TimeSpan UntilConnected = TimeSpan.FromSeconds(10);

    /// <summary>From 1 s, doubling to 5 min, for 7 days (WFM-84).</summary>
    public static RetryPolicy Policy { get; } = new(
        "wfm-reports", null, TimeSpan.FromDays(7), TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(5), 0.2, [new("unavailable, crash, exception, timeout", RetryAction.Retry)]);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var report = await reports.FindAsync(job.Payload<ReportJob>().ReportId, cancellationToken);
        // One that was delivered before, or forgotten meanwhile, is not sent.
        if (report is null or { State: "DELIVERED" })
            return;
        var connection = await connections.ReadAsync(cancellationToken);
        if (!connection.IsUsable)
            throw new JobWaitException("not_connected", UntilConnected) { UsesAge = false };

        var answer = await SendAsync(job, connection, report, await FindProfileAsync(report, cancellationToken), await reports.ReadBodyAsync(report.ReportId, cancellationToken), "", cancellationToken);
        if (answer.Result == CxoneResult.Delayed)
            throw new JobWaitException(answer.Reason.ToLowerInvariant(), answer.Delay ?? UntilConnected) { UsesAge = false };

        await using var transaction = await database.BeginAsync(cancellationToken);
        switch (answer.Result)
        {
            case CxoneResult.Accepted or CxoneResult.ItemsRejected:
                await reports.SetStateAsync(transaction.Connection, report.ReportId, "DELIVERED");
                await job.CommitAsync(transaction, cancellationToken);
                return;
            case CxoneResult.Rejected or CxoneResult.TooLarge or CxoneResult.Unreadable:
                await reports.SetStateAsync(transaction.Connection, report.ReportId, answer.Result == CxoneResult.Unreadable ? "UNREADABLE" : "REJECTED");
                transaction.Publish(
                    new WfmReportRejected
                    {
                        EventId = Guid.CreateVersion7(timeProvider.GetUtcNow()),
                        OccurredTime = timeProvider.GetUtcNow(),
                        ReportId = report.ReportId,
                        IntervalStart = report.IntervalStart,
                        Kind = report.KindWord,
                        Revision = report.Revision,
                        Reason = answer.Reason,
                    },
                    "reports",
                    mandatory: false);
                await transaction.CommitAsync(cancellationToken);
                throw new JobFailedException(answer.Reason.ToLowerInvariant(), $"CXone refused the report: {answer.Reason}, status {answer.Status}.") { Kind = JobFailureKind.Final };
            case var _ when answer.NeedsMending:
                await transaction.CommitAsync(cancellationToken);
                throw new JobWaitException(answer.Reason.ToLowerInvariant(), answer.Pause) { UsesAge = false };
            default:
                await transaction.CommitAsync(cancellationToken);
                throw new JobFailedException("unavailable", $"CXone could not be reached: {answer.Reason}.") { Delay = answer.Delay };
        }
    }

    /// <summary>Sends a report, or its parts where it is too large for CXone and the profile says that parts add up (WFM-86).</summary>
    /// <returns>The worst answer.</returns>
    private async Task<CxoneAnswer> SendAsync(JobRun job, Connection connection, StoredReport report, WireProfile profile, byte[] body, string part, CancellationToken cancellationToken)
    {
        if (report.TakenParts.Contains(part))
            return new() { Result = CxoneResult.Accepted, Reason = "" };
        // Tried again, one that was too large goes in parts at once.
        if (report.SplitParts.Contains(part) && ReportParts.Halve(body) is var (first, second))
            return await SendBothAsync(first, second);
        await job.CheckAsync(cancellationToken);
        var answer = await client.SendReportAsync(
            connection, report.Kind == ReportKind.Activity ? "activity_report" : "queue_report", body, $"{report.ReportId}-r{report.Revision}{part}", job.Id, cancellationToken);
        if (answer is { Reason.Length: > 0, Result: not CxoneResult.Delayed })
        {
            await using var open = await database.OpenAsync(cancellationToken);
            await answers.KeepAsync(open, answer, report.ReportId);
        }

        if (answer.Result == CxoneResult.TooLarge && profile.AllowsSplit && ReportParts.Halve(body) is var (left, right))
        {
            await reports.KeepPartAsync(report.ReportId, part, isTaken: false, cancellationToken);
            return await SendBothAsync(left, right);
        }

        if (answer.Result is CxoneResult.Accepted or CxoneResult.ItemsRejected)
        {
            await catalogue.AcceptAsync(CatalogueEntry.Of(body, report.Kind, profile, answer.Items), cancellationToken);
            if (part.Length > 0)
                await reports.KeepPartAsync(report.ReportId, part, isTaken: true, cancellationToken);
        }

        return answer;

        async Task<CxoneAnswer> SendBothAsync(byte[] firstHalf, byte[] secondHalf)
        {
            var one = await SendAsync(job, connection, report, profile, firstHalf, $"{part}.1", cancellationToken);
            if (!one.IsAnswered)
                return one;
            var other = await SendAsync(job, connection, report, profile, secondHalf, $"{part}.2", cancellationToken);
            return Severity(other) > Severity(one) ? other : one;
        }
    }

    private static int Severity(CxoneAnswer answer) => answer switch
    {
        { IsAnswered: false } => 4,
        { Result: CxoneResult.Unreadable } => 3,
        { Result: CxoneResult.Rejected or CxoneResult.TooLarge } => 2,
        { Result: CxoneResult.ItemsRejected } => 1,
        _ => 0,
    };

    private async Task<WireProfile> FindProfileAsync(StoredReport report, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await profiles.FindAsync(connection, report.Profile))!;
    }
}
