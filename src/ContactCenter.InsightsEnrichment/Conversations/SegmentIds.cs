using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// Identities of segments (INS-62): a hash of what a segment is about, so that the same facts always give the same one.
/// </summary>
public static class SegmentIds
{
    private const string Prefix = "seg_";

    /// <summary>Of the wait that an event began.</summary>
    /// <param name="startKey">Key of that event.</param>
    public static string OfWait(string startKey) => Of("queue", startKey);

    /// <summary>Of what became of a reservation.</summary>
    /// <param name="reservationSid">The reservation.</param>
    public static string OfReservation(string reservationSid) => Of("reservation", reservationSid);

    /// <summary>Of the Conversation segment without agent that an abandoned wait leaves.</summary>
    /// <param name="startKey">Key of the event that began the wait.</param>
    public static string OfAbandonedWait(string startKey) => Of("abandoned", startKey);

    /// <summary>Of the status that an event began.</summary>
    /// <param name="workerSid">The worker.</param>
    /// <param name="startKey">Key of that event.</param>
    public static string OfStatus(string workerSid, string startKey) => Of("status", $"{workerSid}:{startKey}");

    /// <summary>Of the status whose beginning was lost.</summary>
    /// <param name="workerSid">The worker.</param>
    /// <param name="endKey">Key of the event that ended it.</param>
    public static string OfLostStatus(string workerSid, string endKey) => Of("status", $"{workerSid}:before:{endKey}");

    private static string Of(string group, string naturalKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{group}:{naturalKey}"), hash);
        return Base32.Id(Prefix, hash);
    }
}
