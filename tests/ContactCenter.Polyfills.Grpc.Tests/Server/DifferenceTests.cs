using ContactCenter.Testing.V1;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

/// <summary>Where the polyfill keeps to the specification or fails more clearly than the official server; not built with that one.</summary>
public sealed class DifferenceTests
{
    [Fact]
    public async Task A_trailer_that_HTTP_cannot_carry_fails_the_call_with_a_status()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "bad-trailer" });

        Assert.Equal(("2", "Error adding response trailer 'broken'."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task An_unknown_compression_is_unimplemented_and_the_answer_names_the_known_ones()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("Unary", WireClient.FrameBytes([], flag: 1), ("grpc-encoding", "snappy"));

        Assert.Equal(("12", "Unsupported grpc-encoding value 'snappy'. Supported encodings: identity, gzip"), (answer.Status, answer.Message));
        Assert.Equal("identity,gzip", answer.Headers["grpc-accept-encoding"]);
    }

    [Fact]
    public async Task Garbage_in_place_of_gzip_is_Internal()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("Unary", WireClient.FrameBytes([1, 2, 3, 4, 5, 6, 7, 8], flag: 1), ("grpc-encoding", "gzip"));

        Assert.Equal(("13", "Failed to decompress the message."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task Binary_headers_are_sent_without_padding_and_taken_in_lists()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "metadata" }, ("x-padded-bin", "AQI="), ("x-many-bin", "AQ,Ag=="));

        Assert.Equal(("AQI", "AQ,Ag"), (answer.Trailers["x-padded-bin"], answer.Trailers["x-many-bin"]));
    }

    [Fact]
    public async Task A_timeout_of_more_than_eight_digits_is_ignored()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "metadata" }, ("grpc-timeout", "123456789S"));

        Assert.Equal("no", answer.Trailers["has-deadline"]);
    }
}
