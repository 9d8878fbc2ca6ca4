using System.Threading.Channels;
using ContactCenter.Durable;
using Dapper;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Keeps who was refused for a wrong signature: the last 1,000, without their bodies, and a count by cause (INS-8).</summary>
/// <remarks>Refusals are written beside the requests, so that whoever sends wrong signatures costs the database little.</remarks>
/// <param name="database">The service's database.</param>
/// <param name="counts">Counts refusals.</param>
/// <param name="logger">Told when they cannot be kept.</param>
public sealed partial class SignatureRefusalLog(DurableDatabase database, IngestRefusals counts, ILogger<SignatureRefusalLog> logger) : BackgroundService
{
    private const int Kept = 1_000;

    private readonly Channel<SignatureRefusal> _refusals =
        Channel.CreateBounded<SignatureRefusal>(new BoundedChannelOptions(Kept) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Notes a refusal.</summary>
    /// <param name="refusal">Who and why.</param>
    public void Add(SignatureRefusal refusal)
    {
        counts.Count(refusal.Cause);
        _refusals.Writer.TryWrite(refusal);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _refusals.Reader.WaitToReadAsync(stoppingToken))
        {
            var batch = new List<SignatureRefusal>();
            while (batch.Count < Kept && _refusals.Reader.TryRead(out var refusal))
                batch.Add(refusal);
            try
            {
                await StoreAsync(batch, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotKept(exception, batch.Count);
            }
        }
    }

    private async Task StoreAsync(List<SignatureRefusal> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            INSERT INTO insights.signature_refusals (refused_time, cause, sender, path, length, body_sha256)
            SELECT * FROM unnest(@times, @causes, @senders, @paths, @lengths, @hashes);
            DELETE FROM insights.signature_refusals WHERE refusal_id <= (SELECT max(refusal_id) - @kept FROM insights.signature_refusals)
            """,
            new
            {
                times = batch.Select(refusal => refusal.Time).ToArray(),
                causes = batch.Select(refusal => refusal.Cause).ToArray(),
                senders = batch.Select(refusal => refusal.Sender).ToArray(),
                paths = batch.Select(refusal => refusal.Path).ToArray(),
                lengths = batch.Select(refusal => refusal.Length).ToArray(),
                hashes = batch.Select(refusal => refusal.BodySha256).ToArray(),
                kept = (long)Kept,
            });
    }

    [LoggerMessage(LogLevel.Warning, "{Count} refused requests could not be noted")]
    private partial void LogNotKept(Exception exception, int count);
}

/// <summary>A request that was refused for its signature.</summary>
/// <param name="Time">When it came.</param>
/// <param name="Cause">Why it was refused.</param>
/// <param name="Sender">Address of the sender.</param>
/// <param name="Path">Where it was sent to, without query.</param>
/// <param name="Length">Bytes of its body.</param>
/// <param name="BodySha256">SHA-256 of its body.</param>
public sealed record SignatureRefusal(DateTimeOffset Time, string Cause, string? Sender, string Path, long Length, byte[] BodySha256);
