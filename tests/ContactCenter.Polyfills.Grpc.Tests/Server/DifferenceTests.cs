using System.Diagnostics;
using ContactCenter.Testing.V1;
using Google.Protobuf;

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

    [Fact]
    public async Task A_message_with_an_unknown_compression_flag_is_Internal()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("Unary", [2, 0, 0, 0, 0]);

        Assert.Equal(("13", "Unexpected compressed flag value in message header."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_gzip_bomb_is_refused_at_the_limit()
    {
        await using var server = await EchoServer.StartAsync();
        var bomb = WireClient.Frame(new EchoRequest { Payload = ByteString.CopyFrom(new byte[64 * 1024 * 1024]) }, gzip: true);
        Assert.True(bomb.Length < 4 * 1024 * 1024);

        Assert.Equal("8", (await server.Client.SendAsync("Unary", bomb, ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task A_response_above_its_limit_is_refused_and_nothing_of_it_is_sent()
    {
        await using var server = await EchoServer.StartAsync(options => options.MaxSendMessageSize = 10);

        var answer = await server.Client.UnaryAsync(new EchoRequest { Text = "longer than ten bytes" });

        Assert.True(answer.IsTrailersOnly);
        Assert.Equal(("8", "Sending message exceeds the maximum configured message size."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task The_request_activity_carries_the_rpc_tags()
    {
        var ended = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                // Other tests of the process are heard too.
                if (activity.GetTagItem("rpc.grpc.status_code") is 15)
                    ended.TrySetResult(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await EchoServer.StartAsync();

        await server.Client.UnaryAsync(new EchoRequest { Command = "set-status" });

        var activity = await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal("grpc", activity.GetTagItem("rpc.system"));
        Assert.Equal("contactcenter.testing.v1.EchoService", activity.GetTagItem("rpc.service"));
        Assert.Equal("Unary", activity.GetTagItem("rpc.method"));
        Assert.Equal("15", activity.GetTagItem("grpc.status_code"));
    }
}
