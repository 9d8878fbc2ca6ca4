using System.Diagnostics;
using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.Testing;
using Google.Protobuf;
using Grpc.Net.Client;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>Sends events as a back-fill does: by one stream of messages.</summary>
internal static class BulkCall
{
    private const int EventsPerMessage = 500;

    /// <summary>Sends events.</summary>
    /// <returns>Events per second until all are committed.</returns>
    internal static async Task<double> SendAsync(string address, Callbacks callbacks, int events, CancellationToken cancellationToken)
    {
        var messages = callbacks.Next(events).Chunk(EventsPerMessage).Select(forms =>
        {
            var message = new IngestTaskRouterEventsRequest();
            message.Events.Add(forms.Select(form => new TaskRouterEventText
            {
                ContentType = "application/x-www-form-urlencoded",
                Body = ByteString.CopyFrom(Callbacks.Body(form), Encoding.UTF8),
            }));
            return message;
        }).ToList();

        using var channel = GrpcChannel.ForAddress(address, new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        var client = new EventIngestService.EventIngestServiceClient(channel);
        var start = Stopwatch.GetTimestamp();
        using var call = client.IngestTaskRouterEvents(cancellationToken: cancellationToken);
        foreach (var message in messages)
            await call.RequestStream.WriteAsync(message, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var answer = await call;
        return answer.Stored == events
            ? events / Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException($"{answer.Stored} of {events} events were stored, {answer.Duplicate} were duplicates, {answer.Refused} refused.");
    }
}
