using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.Benchmarks.Analytics;

/// <summary>Receipts of messages as RCS for Business reports them; no two calls make the same.</summary>
internal sealed class Notifications
{
    internal const string Agent = "benchmark@rbm.goog";
    internal const string ClientToken = "benchmark-client-token";
    internal const string Path = "/ingest/rbm";

    private int _event;

    /// <summary>Writes signed notifications, one per line, as <c>callbacks.lua</c> reads them: two receipts for each message.</summary>
    internal async Task WriteAsync(string path, int events, CancellationToken cancellationToken) =>
        await File.WriteAllLinesAsync(path, Enumerable.Range(0, events).Select(_ => Line(_event++)), cancellationToken);

    private static string Line(int number)
    {
        var (message, kind) = (number / 2, number % 2 == 0 ? "DELIVERED" : "READ");
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(message % 600_000);
        var data = Encoding.UTF8.GetBytes(
            $$"""{"senderPhoneNumber":"+1555{{message % 10_000_000:D7}}","eventType":"{{kind}}","eventId":"e-{{number}}","messageId":"m-{{message}}","sendTime":"{{time:yyyy-MM-dd'T'HH:mm:ss'Z'}}","agentId":"{{Agent}}"}""");
        var signature = Convert.ToBase64String(HMACSHA512.HashData(Encoding.UTF8.GetBytes(ClientToken), data));
        return signature + "\t" + $$"""{"message":{"data":"{{Convert.ToBase64String(data)}}","attributes":{},"messageId":"d-{{number}}","publishTime":"{{time:yyyy-MM-dd'T'HH:mm:ss'Z'}}"},"subscription":"benchmark"}""";
    }
}
