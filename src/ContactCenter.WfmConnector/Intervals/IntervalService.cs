using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Facts;
using ContactCenter.WfmConnector.Reports;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Intervals;

/// <summary>Serves the figures of the quarter hours; <c>interval_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="sealer">Works intervals out again.</param>
/// <param name="reports">Sends what is stored.</param>
/// <param name="states">Told of agents who are otherwise now.</param>
/// <param name="source">Knows whether Insights is heard of.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class IntervalService(
    DurableDatabase database, IntervalSealer sealer, ReportStore reports, AgentStateStore states, SourceWatch source, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.IntervalService.IntervalServiceBase
{
    private const string Domain = WfmErrors.Domain;

    private static readonly Paging Pages = new(Domain);
}
