using System.Buffers.Binary;
using ContactCenter.Benchmarks.V1;
using Google.Protobuf;

namespace ContactCenter.Benchmarks.Grpc;

/// <summary>
/// Echo of a 100-byte message: calls (unary) and messages (bidi, 100 a call) per second of the server's processor time, on
/// our runtime, on a bare Kestrel endpoint that copies the same bytes (unary only: it would copy whole buffers where bidi
/// answers each message), and on @grpc/grpc-js, all under the same client.
/// </summary>
internal sealed class GrpcBenchmark : IBenchmark
{
    private const int MessageSize = 100;
    private const int MessagesPerStream = 100;

    // Many short runs in turn: whatever else the machine does then falls on all sides alike.
    private const int Rounds = 21;
    private const int QuickRounds = 5;

    public string Name => "grpc";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(Path.Combine("artifacts", "bench", "grpc"));
        Directory.CreateDirectory(folder);
        var unaryBody = Path.Combine(folder, "unary.bin");
        var bidiBody = Path.Combine(folder, "bidi.bin");
        await File.WriteAllBytesAsync(unaryBody, Frames(1), cancellationToken);
        await File.WriteAllBytesAsync(bidiBody, Frames(MessagesPerStream), cancellationToken);

        await using var ours = await ChildProcess.StartSelfAsync(GrpcEchoServer.ChildName, GrpcEchoServer.Ours);
        await using var bare = await ChildProcess.StartSelfAsync(GrpcEchoServer.ChildName, GrpcEchoServer.Bare);
        await using var js = await ChildProcess.StartNodeAsync("Grpc/peers/echo_server.js");
        var (oursSide, jsSide) = (new Side("ours", ours, 1), new Side("js", js, 4));

        await MeasureAsync("unary", [oursSide, new("bare", bare, 1), jsSide], GrpcEchoServer.UnaryPath, unaryBody, 60_000, perCall: 1);
        await MeasureAsync("bidi", [oursSide, jsSide], GrpcEchoServer.BidiPath, bidiBody, 3_000, MessagesPerStream);

        async Task MeasureAsync(string kind, Side[] sides, string path, string body, int calls, int perCall)
        {
            // Long enough for the tiered compiler to have finished with every method on the way.
            foreach (var side in sides)
                await RateAsync(side, path, body, 2 * calls, perCall, cancellationToken);

            var rates = sides.ToDictionary(side => side.Name, _ => new List<double>());
            for (var round = 0; round < (isQuick ? QuickRounds : Rounds); round++)
            {
                foreach (var side in sides)
                    rates[side.Name].Add(await RateAsync(side, path, body, calls, perCall, cancellationToken));
            }

            var unit = perCall == 1 ? "calls/cpu-s" : "messages/cpu-s";
            foreach (var side in sides)
                report.Add($"{kind}_{side.Name}", BenchmarkReport.Median(rates[side.Name]), unit);
            if (rates.TryGetValue("bare", out var bareRates))
                report.Add($"{kind}_vs_bare", MedianRatio(rates["ours"], bareRates), "ratio", Target.AtLeast(0.80));
            report.Add($"{kind}_vs_js", MedianRatio(rates["ours"], rates["js"]), "ratio", kind == "unary" ? Target.AtLeast(3) : null);
        }
    }

    /// <summary>Ratios are taken within a round, whose runs lie next to each other in time.</summary>
    private static double MedianRatio(List<double> ours, List<double> peer) => BenchmarkReport.Median(ours.Zip(peer, (a, b) => a / b));

    private static async Task<double> RateAsync(Side side, string path, string body, int calls, int perCall, CancellationToken cancellationToken)
    {
        calls /= side.Slower;
        var before = side.Server.ProcessorTime;
        var succeeded = await H2Load.PostAsync(new Uri(new Uri(side.Server.Greeting), path), body, calls, cancellationToken);
        var used = side.Server.ProcessorTime - before;
        return succeeded == calls
            ? calls * perCall / used.TotalSeconds
            : throw new InvalidOperationException($"{side.Name} answered only {succeeded} of {calls} calls.");
    }

    private static byte[] Frames(int count)
    {
        // Field number and length take two bytes.
        var message = new EchoRequest { Payload = ByteString.CopyFrom(new byte[MessageSize - 2]) }.ToByteArray();
        var frame = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return [.. Enumerable.Repeat(frame, count).SelectMany(bytes => bytes)];
    }

    /// <summary>One of the servers; a slower one gets fewer calls, so that a round stays short.</summary>
    private sealed record Side(string Name, ChildProcess Server, int Slower);
}
