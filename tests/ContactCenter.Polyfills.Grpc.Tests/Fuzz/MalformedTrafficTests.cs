using ContactCenter.Polyfills.Grpc.Tests.Server;
using ContactCenter.Testing.V1;
using Google.Protobuf;

namespace ContactCenter.Polyfills.Grpc.Tests.Fuzz;

/// <summary>Runs alone: it counts the memory and the files of the whole process.</summary>
[CollectionDefinition(nameof(MalformedTrafficTests), DisableParallelization = true)]
public sealed class MalformedTraffic;

[Collection(nameof(MalformedTrafficTests))]
public sealed class MalformedTrafficTests
{
    private const int Connections = 400;
    private const int MaxMessage = 1024 * 1024;

    // What the array pool may keep: a few buffers of the largest message for each thread.
    private const long MaxKept = 24 * MaxMessage;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Methods = ["Unary", "ClientStream", "ServerStream", "Duplex", "Missing"];
    private static readonly string[] ContentTypes = ["application/grpc", "application/grpc+proto", "text/plain", "application/grpc-web", "", "x"];

    /// <summary>Every kind of attack on one connection; true when the server has to end something by itself.</summary>
    private static readonly Func<RawHttp2, Random, bool>[] Attacks =
    [
        GarbageInsteadOfPreface, GarbageAfterPreface, RandomFrames, RandomBodies, TruncatedMessage, AbandonedCall, HugeLengths,
        WrongContentTypes, GarbageCompression, GzipBomb, ResetFlood, PingFlood, SettingsFlood, RandomHeaders, BadFlowControl, ExtremeTimeouts,
    ];

    [Fact]
    public async Task Whatever_arrives_ends_with_a_status_or_a_closed_connection_and_the_server_goes_on()
    {
        // Once to warm up: what is loaded and pooled then stays.
        await AttackAsync(seed: 0, Connections / 4);
        var (memory, files) = Usage();

        await AttackAsync(seed: 1, Connections);

        var (memoryAfter, filesAfter) = Usage();
        Assert.InRange(memoryAfter - memory, long.MinValue, MaxKept);
        Assert.InRange(filesAfter - files, int.MinValue, 8);
    }

    private static async Task AttackAsync(int seed, int connections)
    {
        await using var server = await EchoServer.StartAsync(options => options.MaxReceiveMessageSize = MaxMessage);
        await Parallel.ForAsync(0, connections, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            var random = new Random((seed * 1_000_000) + i);
            var attack = Attacks[i % Attacks.Length];
            using var limit = new CancellationTokenSource(Limit);
            using var connection = new RawHttp2(server.Address);
            try
            {
                var mustEnd = attack(connection, random);
                await connection.SendAsync(limit.Token);
                if (mustEnd)
                    await connection.ReadEndAsync(limit.Token);
                if (random.Next(4) > 0)
                    await connection.CloseAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Connection {i} ({attack.Method.Name}) had no end after {Limit.TotalSeconds} s.");
            }
        });

        var answer = await server.Client.UnaryAsync(new EchoRequest { Text = "still here" });
        Assert.Equal(("0", "still here"), (answer.Status, answer.Response.Text));
    }

    private static (long Memory, int Files) Usage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), Directory.GetFiles("/proc/self/fd").Length);
    }

    private static byte[] Bytes(Random random, int below)
    {
        var bytes = new byte[random.Next(below)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Method(Random random) => Methods[random.Next(Methods.Length)];

    private static bool GarbageInsteadOfPreface(RawHttp2 connection, Random random)
    {
        // Kestrel waits for the end of a line, which might be a request of HTTP/1, as long as its own timeouts allow.
        connection.Raw(Bytes(random, 2_000));
        return false;
    }

    private static bool GarbageAfterPreface(RawHttp2 connection, Random random)
    {
        connection.Preface().Raw(Bytes(random, 2_000));
        return false;
    }

    private static bool RandomFrames(RawHttp2 connection, Random random)
    {
        connection.Preface();
        for (var i = 0; i < 20; i++)
            connection.Frame((byte)random.Next(12), (byte)random.Next(256), random.Next(6), Bytes(random, 60));
        return false;
    }

    private static bool RandomBodies(RawHttp2 connection, Random random)
    {
        connection.Preface().Call(1, Method(random)).Frame(RawHttp2.Data, RawHttp2.EndStream, 1, Bytes(random, 200));
        return true;
    }

    private static bool TruncatedMessage(RawHttp2 connection, Random random)
    {
        var frame = WireClient.Frame(new EchoRequest { Text = "truncated", Payload = ByteString.CopyFrom(Bytes(random, 500)) });
        connection.Preface().Call(1, Method(random)).Frame(RawHttp2.Data, RawHttp2.EndStream, 1, frame.AsSpan(0, random.Next(frame.Length)));
        return true;
    }

    private static bool AbandonedCall(RawHttp2 connection, Random random)
    {
        var frame = WireClient.Frame(new EchoRequest { Command = "wait" });
        connection.Preface().Call(1, Method(random)).Frame(RawHttp2.Data, 0, 1, frame.AsSpan(0, random.Next(frame.Length + 1)));
        if (random.Next(2) == 0)
            connection.Frame(RawHttp2.ResetStream, 0, 1, [0, 0, 0, (byte)random.Next(16)]);
        return false;
    }

    private static bool HugeLengths(RawHttp2 connection, Random random)
    {
        byte[] header = [(byte)random.Next(2), (byte)random.Next(1, 256), 255, 255, 255, 1, 2, 3];
        connection.Preface().Call(1, "Unary", extra: ("grpc-encoding", "gzip")).Frame(RawHttp2.Data, 0, 1, header);
        return true;
    }

    private static bool WrongContentTypes(RawHttp2 connection, Random random)
    {
        connection.Preface().Call(1, Method(random), isWhole: true, extra: ("content-type", ContentTypes[random.Next(ContentTypes.Length)]));
        return true;
    }

    private static bool GarbageCompression(RawHttp2 connection, Random random)
    {
        connection.Preface().Call(1, Method(random), extra: ("grpc-encoding", random.Next(4) == 0 ? "zip" : "gzip"))
            .Frame(RawHttp2.Data, RawHttp2.EndStream, 1, WireClient.FrameBytes([0x1f, 0x8b, 8, .. Bytes(random, 500)], flag: 1));
        return true;
    }

    private static bool GzipBomb(RawHttp2 connection, Random random)
    {
        var bomb = WireClient.Frame(new EchoRequest { Payload = ByteString.CopyFrom(new byte[8 * 1024 * 1024]) }, gzip: true);
        connection.Preface().Call(1, "Unary", extra: ("grpc-encoding", "gzip"));
        for (var at = 0; at < bomb.Length; at += 16_000)
            connection.Frame(RawHttp2.Data, at + 16_000 >= bomb.Length ? RawHttp2.EndStream : (byte)0, 1, bomb.AsSpan(at, Math.Min(16_000, bomb.Length - at)));
        return true;
    }

    private static bool ResetFlood(RawHttp2 connection, Random random)
    {
        connection.Preface();
        for (var stream = 1; stream < 400; stream += 2)
        {
            connection.Call(stream, Method(random)).Frame(RawHttp2.Data, 0, stream, WireClient.Frame(new EchoRequest { Command = "wait" }))
                .Frame(RawHttp2.ResetStream, 0, stream, [0, 0, 0, 8]);
        }

        return false;
    }

    private static bool PingFlood(RawHttp2 connection, Random random)
    {
        connection.Preface();
        for (var i = 0; i < 2_000; i++)
            connection.Frame(RawHttp2.Ping, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
        return false;
    }

    private static bool SettingsFlood(RawHttp2 connection, Random random)
    {
        connection.Preface();
        for (var i = 0; i < 500; i++)
            connection.Frame(RawHttp2.Settings, 0, 0, [0, (byte)random.Next(8), 0, 0, (byte)random.Next(256), (byte)random.Next(256)]);
        return false;
    }

    private static bool RandomHeaders(RawHttp2 connection, Random random)
    {
        connection.Preface().Frame(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [.. Bytes(random, 300), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        return true;
    }

    private static bool BadFlowControl(RawHttp2 connection, Random random)
    {
        connection.Preface().Call(1, "ServerStream", isWhole: true).Frame(RawHttp2.WindowUpdate, 0, 1, [0x7f, 0xff, 0xff, 0xff]).Frame(RawHttp2.WindowUpdate, 0, 1, [0x7f, 0xff, 0xff, 0xff]);
        return true;
    }

    private static bool ExtremeTimeouts(RawHttp2 connection, Random random)
    {
        string[] timeouts = ["1n", "0n", "99999999H", "-1S", "99999999999S", "S", "1u"];
        connection.Preface().Call(1, Method(random), extra: ("grpc-timeout", timeouts[random.Next(timeouts.Length)]))
            .Frame(RawHttp2.Data, RawHttp2.EndStream, 1, WireClient.Frame(new EchoRequest { Count = 5 }));
        return true;
    }
}
