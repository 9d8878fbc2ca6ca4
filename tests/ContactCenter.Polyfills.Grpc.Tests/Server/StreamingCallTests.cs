using System.Net;
using ContactCenter.Testing.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

public sealed class StreamingCallTests
{
    [Fact]
    public async Task A_server_stream_carries_every_message_in_order_and_then_the_status()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("ServerStream", WireClient.Frame(new EchoRequest { Text = "m", Count = 1000 }));

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"m{i}"), answer.Responses.Select(response => response.Text));
        Assert.Equal("0", answer.Trailers["grpc-status"]);
    }

    [Fact]
    public async Task An_empty_server_stream_is_trailers_only()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("ServerStream", WireClient.Frame(new EchoRequest()));

        Assert.True(answer.IsTrailersOnly);
        Assert.Equal("0", answer.Status);
    }

    [Fact]
    public async Task A_status_after_messages_comes_in_the_trailers()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("ServerStream", WireClient.Frame(new EchoRequest { Count = 2, Command = "status" }));

        Assert.Equal((2, "5", "none"), (answer.Frames.Count, answer.Trailers["grpc-status"], answer.Trailers["reason"]));
    }

    [Fact]
    public async Task A_client_stream_is_read_to_its_end()
    {
        await using var server = await EchoServer.StartAsync();
        byte[] body = [.. Enumerable.Range(0, 100).SelectMany(i => WireClient.Frame(new EchoRequest { Text = (i % 10).ToString() }))];

        var answer = await server.Client.SendAsync("ClientStream", body);

        Assert.Equal("100:" + string.Concat(Enumerable.Repeat("0123456789", 10)), answer.Response.Text);
    }

    [Fact]
    public async Task An_empty_client_stream_is_no_message()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal("0:", (await server.Client.SendAsync("ClientStream", [])).Response.Text);
    }

    [Fact]
    public async Task A_client_stream_that_breaks_off_within_a_message_is_Internal()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("ClientStream", [.. WireClient.Frame(new EchoRequest { Text = "a" }), 0, 0, 0, 0, 9, 1]);

        Assert.Equal(("13", "Incomplete message."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_handler_that_stops_reading_ends_the_call_while_the_client_still_sends()
    {
        await using var server = await EchoServer.StartAsync();
        var client = server.Connect();
        using var call = client.ClientStream(cancellationToken: TestContext.Current.CancellationToken);

        var write = call.RequestStream.WriteAsync(new EchoRequest { Command = "stop-reading" }, TestContext.Current.CancellationToken);

        Assert.Equal("stopped", (await call).Text);
        // The answer may be here before the write has ended, which then says that the call is over.
        await Record.ExceptionAsync(() => write);
    }

    [Fact]
    public async Task Each_message_of_a_duplex_call_is_answered_before_the_next_is_sent()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Connect().Duplex(cancellationToken: TestContext.Current.CancellationToken);

        for (var i = 0; i < 50; i++)
        {
            var payload = ByteString.CopyFrom(new byte[i * 1000]);
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}", Payload = payload }, TestContext.Current.CancellationToken);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(($"{i}", i * 1000), (call.ResponseStream.Current.Text, call.ResponseStream.Current.Payload.Length));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_caller_that_gives_up_cancels_the_handler()
    {
        await using var server = await EchoServer.StartAsync();
        using var giveUp = new CancellationTokenSource();
        var call = server.Connect().UnaryAsync(new EchoRequest { Command = "wait" }, cancellationToken: giveUp.Token);
        await server.Probe.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await giveUp.CancelAsync();

        await server.Probe.WaitEnded.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Theory]
    [InlineData("Unary")]
    [InlineData("ServerStream")]
    [InlineData("ClientStream")]
    [InlineData("Duplex")]
    public async Task A_deadline_that_passes_answers_the_call_and_cancels_the_handler(string method)
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync(method, WireClient.Frame(new EchoRequest { Command = "wait" }), ("grpc-timeout", "200m"));

        Assert.Equal((HttpStatusCode.OK, "4", "Deadline Exceeded"), (answer.Http, answer.Status, answer.Message));
        await server.Probe.WaitEnded.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_deadline_after_messages_is_answered_in_the_trailers()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("ServerStream", WireClient.Frame(new EchoRequest { Count = 3, Command = "wait" }), ("grpc-timeout", "300m"));

        Assert.Equal((3, "4"), (answer.Frames.Count, answer.Trailers["grpc-status"]));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0S")]
    public async Task A_timeout_that_is_none_is_ignored(string timeout)
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "metadata" }, ("grpc-timeout", timeout));

        Assert.Equal(("0", "no"), (answer.Status, answer.Trailers["has-deadline"]));
    }

    [Fact]
    public async Task A_timeout_of_many_years_is_accepted()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "metadata" }, ("grpc-timeout", "99999999H"));

        Assert.Equal("0", answer.Status);
    }
}
