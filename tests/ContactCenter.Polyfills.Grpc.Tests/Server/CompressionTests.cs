using System.IO.Compression;
using ContactCenter.Testing.V1;
using Google.Protobuf;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

public sealed class CompressionTests
{
    private static readonly EchoRequest Request = new() { Text = "t", Payload = ByteString.CopyFrom(new byte[10_000]) };

    [Fact]
    public async Task Gzip_requests_are_understood_without_configuration()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("Unary", WireClient.Frame(Request, gzip: true), ("grpc-encoding", "gzip"));

        Assert.Equal(10_000, answer.Response.Payload.Length);
    }

    [Fact]
    public async Task Compressed_and_plain_messages_may_alternate_within_a_stream()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync(
            "ClientStream", [.. WireClient.Frame(Request, gzip: true), .. WireClient.Frame(Request), .. WireClient.Frame(Request, gzip: true)], ("grpc-encoding", "gzip"));

        Assert.Equal("3:ttt", answer.Response.Text);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("identity, deflate,gzip", true)]
    [InlineData("identity", false)]
    [InlineData("", false)]
    public async Task Responses_are_compressed_when_the_caller_accepts_it(string accept, bool isCompressed)
    {
        await using var server = await EchoServer.StartAsync(options =>
        {
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Optimal;
        });

        var answer = await server.Client.UnaryAsync(Request, ("grpc-accept-encoding", accept));

        Assert.Equal(isCompressed, answer.Headers.GetValueOrDefault("grpc-encoding") == "gzip");
        var (flag, payload) = Assert.Single(answer.Frames);
        Assert.Equal(isCompressed ? 1 : 0, flag);
        if (isCompressed)
        {
            using var stream = new GZipStream(new MemoryStream(payload), CompressionMode.Decompress);
            Assert.Equal(10_000, EchoResponse.Parser.ParseFrom(stream).Payload.Length);
        }
    }

    [Fact]
    public async Task A_handler_may_send_a_message_uncompressed()
    {
        await using var server = await EchoServer.StartAsync(options => options.ResponseCompressionAlgorithm = "gzip");

        var answer = await server.Client.UnaryAsync(new EchoRequest { Text = "t", Command = "no-compress" }, ("grpc-accept-encoding", "gzip"));

        Assert.Equal((0, "gzip", "t"), (answer.Frames[0].Flag, answer.Headers["grpc-encoding"], answer.Response.Text));
    }

    [Fact]
    public async Task A_compression_without_provider_is_a_configuration_error()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => EchoServer.StartAsync(options => options.ResponseCompressionAlgorithm = "zstd"));

        Assert.Contains("zstd", error.ToString(), StringComparison.Ordinal);
    }
}
