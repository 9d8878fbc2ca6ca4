using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Grpc.Core;
using Grpc.Framing;
using Grpc.Net.Compression;

namespace ContactCenter.Polyfills.Grpc.Tests.Framing;

/// <summary>Properties over many random values of a fixed seed.</summary>
public sealed class CodecTests
{
    private static readonly GzipCompressionProvider Gzip = new(CompressionLevel.Fastest);

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    /// <summary>Like generated code: announces the size and asks for the buffer piece by piece.</summary>
    private static readonly Action<byte[], SerializationContext> Announced = (bytes, context) =>
    {
        context.SetPayloadLength(bytes.Length);
        var writer = context.GetBufferWriter();
        for (var at = 0; at < bytes.Length; at += 700)
        {
            // Asks for more than it uses at the end, as the contract of a buffer writer allows.
            var piece = bytes.AsSpan(at, Math.Min(700, bytes.Length - at));
            piece.CopyTo(writer.GetSpan(700));
            writer.Advance(piece.Length);
        }

        context.Complete();
    };

    private static readonly Action<byte[], SerializationContext> Unannounced = (bytes, context) =>
    {
        context.GetBufferWriter().Write(bytes);
        context.Complete();
    };

    [Fact]
    public async Task Every_message_written_is_read_back_however_it_is_cut_into_pieces()
    {
        var random = new Random(1);
        for (var round = 0; round < 60; round++)
        {
            var isCompressed = round % 3 == 0;
            var serializer = (round % 4) switch { 0 => Bytes.ContextualSerializer, 1 => Unannounced, _ => Announced };
            var messages = Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomBytes(random, random.Next(3) == 0 ? 20_000 : 5_000)).ToList();
            var wire = new ArrayBufferWriter<byte>();
            foreach (var message in messages)
                OutgoingMessage.Write(wire, message, serializer, maxSize: null, isCompressed ? Gzip : null);

            var pipe = new Pipe();
            var writing = WritePiecesAsync(pipe.Writer, wire.WrittenMemory, random.Next(1, 5_000));
            var decoding = new MessageDecoding(25_000, "gzip", [Gzip]);
            foreach (var message in messages)
                Assert.Equal(message, await MessageReader.ReadNextAsync(pipe.Reader, decoding, Bytes.ContextualDeserializer, TestContext.Current.CancellationToken));
            Assert.Null(await MessageReader.ReadNextAsync(pipe.Reader, decoding, Bytes.ContextualDeserializer, TestContext.Current.CancellationToken));
            await writing;
        }
    }

    [Fact]
    public async Task A_single_message_is_read_back_however_it_is_cut_into_pieces()
    {
        var random = new Random(2);
        for (var round = 0; round < 60; round++)
        {
            var message = RandomBytes(random, 5_000);
            var wire = new ArrayBufferWriter<byte>();
            OutgoingMessage.Write(wire, message, Announced, maxSize: 5_000);

            var pipe = new Pipe();
            var writing = WritePiecesAsync(pipe.Writer, wire.WrittenMemory, random.Next(1, 5_100));
            Assert.Equal(message, await MessageReader.ReadSingleAsync(pipe.Reader, new MessageDecoding(5_000, null, []), Bytes.ContextualDeserializer, TestContext.Current.CancellationToken));
            await writing;
        }
    }

    [Fact]
    public async Task Random_bytes_end_with_a_status_or_a_message_and_nothing_else()
    {
        var random = new Random(3);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = RandomBytes(random, 40);
            if (bytes.Length > 4 && random.Next(2) == 0)
                (bytes[0], bytes[1], bytes[2], bytes[3]) = ((byte)random.Next(2), 0, 0, 0);
            var reader = PipeReader.Create(new ReadOnlySequence<byte>(bytes));
            try
            {
                while (await MessageReader.ReadNextAsync(reader, new MessageDecoding(1_000, "gzip", [Gzip]), Bytes.ContextualDeserializer, TestContext.Current.CancellationToken) is { } message)
                    Assert.True(message.Length <= 1_000);
            }
            catch (RpcException e)
            {
                Assert.True(e.StatusCode is StatusCode.Internal or StatusCode.ResourceExhausted, e.Message);
            }
        }
    }

    [Fact]
    public void A_serializer_that_fails_or_lies_about_its_size_writes_nothing()
    {
        var wire = new ArrayBufferWriter<byte>();
        Action<byte[], SerializationContext> failing = (_, context) =>
        {
            context.SetPayloadLength(10);
            context.GetBufferWriter().Write<byte>([1, 2, 3]);
            throw new FormatException();
        };
        Action<byte[], SerializationContext> lying = (_, context) =>
        {
            context.SetPayloadLength(10);
            context.GetBufferWriter().Write<byte>([1, 2, 3]);
            context.Complete();
        };

        Assert.Throws<FormatException>(() => OutgoingMessage.Write(wire, [], failing, null));
        Assert.Throws<InvalidOperationException>(() => OutgoingMessage.Write(wire, [], lying, null));
        Assert.Throws<InvalidOperationException>(() => OutgoingMessage.Write<byte[]>(wire, [], (_, _) => { }, null));

        Assert.Equal(0, wire.WrittenCount);
    }

    [Fact]
    public void Every_text_survives_percent_encoding_as_printable_ASCII()
    {
        var random = new Random(4);
        for (var round = 0; round < 2_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(3) switch
            {
                0 => ((char)random.Next(0, 128)).ToString(),
                1 => new Rune(random.Next(0x80, 0xD800)).ToString(),
                _ => new Rune(random.Next(0x10000, 0x110000)).ToString(),
            }));

            var encoded = PercentEncoding.Encode(text);

            Assert.All(encoded, c => Assert.InRange(c, ' ', '~'));
            Assert.Equal(text, PercentEncoding.Decode(encoded));
        }
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("a%20b%", "a b%")]
    [InlineData("%ff", "\uFFFD")]
    public void Broken_percent_encoding_is_read_as_far_as_it_goes(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Fact]
    public void A_formatted_timeout_is_read_back_no_shorter_and_hardly_longer()
    {
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var timeout = new TimeSpan((long)Math.Pow(10, random.NextDouble() * 17) + random.Next(10));

            var text = GrpcTimeout.Format(timeout);

            Assert.InRange(text.Length, 2, 9);
            Assert.True(GrpcTimeout.TryParse(text, out var parsed));
            Assert.InRange(parsed.Ticks, timeout.Ticks, (long)(timeout.Ticks * 1.001) + 1);
        }
    }

    [Theory]
    [InlineData("1n", 1)]
    [InlineData("101n", 2)]
    [InlineData("1u", 10)]
    [InlineData("5m", 5 * TimeSpan.TicksPerMillisecond)]
    [InlineData("7S", 7 * TimeSpan.TicksPerSecond)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    [InlineData("3H", 3 * TimeSpan.TicksPerHour)]
    public void Each_unit_of_a_timeout_is_known(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5s")]
    [InlineData("-5S")]
    [InlineData(" 5S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    public void Anything_else_is_no_timeout(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void Binary_metadata_survive_with_and_without_padding()
    {
        var random = new Random(6);
        for (var round = 0; round < 200; round++)
        {
            var bytes = RandomBytes(random, 1_000);
            var entry = new Metadata.Entry("x-bin", bytes);
            var metadata = new Metadata();

            metadata.AddReceived("X-Bin", entry.ToHeaderValue());
            metadata.AddReceived("x-bin", Convert.ToBase64String(bytes));

            Assert.DoesNotContain("=", entry.ToHeaderValue(), StringComparison.Ordinal);
            Assert.Equal([bytes, bytes], metadata.GetAll("x-bin").Select(received => received.ValueBytes));
        }
    }

    private static byte[] RandomBytes(Random random, int below)
    {
        var bytes = new byte[random.Next(below)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task WritePiecesAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes, int size)
    {
        for (var at = 0; at < bytes.Length; at += size)
            await writer.WriteAsync(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        await writer.CompleteAsync();
    }
}
