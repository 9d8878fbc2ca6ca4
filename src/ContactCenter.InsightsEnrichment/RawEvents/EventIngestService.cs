using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Takes in events by gRPC; <c>event_ingest_service.proto</c> is its specification (INS-25, INS-141).</summary>
/// <param name="sessions">Takes session events.</param>
/// <param name="writer">Stores TaskRouter events.</param>
/// <param name="store">Tells which are there.</param>
/// <param name="backlog">Says when no more is taken.</param>
/// <param name="counts">Counts what is too large.</param>
/// <param name="limits">Largest bodies.</param>
/// <param name="timeProvider">Times of receipt.</param>
public sealed partial class EventIngestService(
    SessionEventDesk sessions, RawEventWriter writer, RawEventStore store, EnrichmentBacklog backlog, IngestRefusals counts, IOptions<IngestOptions> limits,
    TimeProvider timeProvider)
    : V1.EventIngestService.EventIngestServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    private RpcException TooLarge(string description)
    {
        counts.Count(IngestRefusals.TooLarge);
        return RpcErrors.InvalidArgument(Domain, InsightsErrors.BodyTooLarge, "events", description);
    }
}
