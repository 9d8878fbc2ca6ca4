using ContactCenter.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Reads the bodies of ingest requests within their limits, and answers what is refused.</summary>
internal static class RequestBody
{
    private const int MostDiscarded = 32 * 1024 * 1024;

    /// <summary>Reads a body; of one that is too large the rest is taken and thrown away.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">Most bytes.</param>
    /// <returns>Null if the body is larger.</returns>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int limit)
    {
        var stated = context.Request.ContentLength;
        var body = stated > limit ? null : await ReadAsync(context.Request.Body, (int?)stated, limit, context.RequestAborted);
        if (body is null)
            await DiscardRestAsync(context);
        return body;
    }

    /// <summary>Answers with a problem document.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="reason">Reason in capitals.</param>
    /// <param name="detail">Text for people.</param>
    public static Task AnswerAsync(HttpContext context, int status, string reason, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["reason"] = reason }).ExecuteAsync(context);

    /// <summary>Refuses a body that is too large, and counts it (INS-21).</summary>
    /// <param name="context">The request.</param>
    /// <param name="counts">Counts refusals.</param>
    /// <param name="detail">Text for people.</param>
    public static Task RefuseTooLargeAsync(HttpContext context, IngestRefusals counts, string detail)
    {
        counts.Count(IngestRefusals.TooLarge);
        return AnswerAsync(context, StatusCodes.Status413PayloadTooLarge, InsightsErrors.BodyTooLarge, detail);
    }

    private static async Task<byte[]?> ReadAsync(Stream stream, int? length, int limit, CancellationToken cancellationToken)
    {
        if (length is { } exact)
        {
            var body = new byte[exact];
            await stream.ReadExactlyAsync(body, cancellationToken);
            return body;
        }

        // Without a stated length one byte more than allowed is read, to tell a body at the limit from a larger one.
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await stream.ReadAsync(chunk, cancellationToken) is > 0 and var read)
        {
            if (buffer.Length + read > limit)
                return null;
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>Takes what is still on its way: a sender that finds the connection closed never reads the answer.</summary>
    private static async Task DiscardRestAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = MostDiscarded;
        if (context.Request.ContentLength > MostDiscarded)
            return;
        var chunk = new byte[16 * 1024];
        for (long discarded = 0; discarded < MostDiscarded && await context.Request.Body.ReadAsync(chunk, context.RequestAborted) is > 0 and var read;)
            discarded += read;
    }
}
