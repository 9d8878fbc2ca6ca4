using System.Net;
using ContactCenter.Testing.V1;
using Google.Protobuf;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

public sealed class UnaryCallTests
{
    [Fact]
    public async Task A_unary_call_is_answered_with_one_message_and_status_OK_in_the_trailers()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Text = "hello" });

        Assert.Equal(HttpStatusCode.OK, answer.Http);
        Assert.Equal("hello", answer.Response.Text);
        Assert.False(answer.IsTrailersOnly);
        Assert.Equal("0", answer.Trailers["grpc-status"]);
        Assert.False(answer.Trailers.ContainsKey("grpc-message"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(3_000_000)]
    public async Task Messages_of_any_size_below_the_limit_come_back_whole(int size)
    {
        await using var server = await EchoServer.StartAsync();
        var payload = new byte[size];
        new Random(size).NextBytes(payload);

        var answer = await server.Client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) });

        Assert.Equal("0", answer.Status);
        Assert.Equal(payload, answer.Response.Payload.ToByteArray());
    }

    [Fact]
    public async Task A_status_thrown_by_the_handler_is_sent_as_trailers_only_with_its_trailers()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "status" });

        Assert.True(answer.IsTrailersOnly);
        Assert.Empty(answer.Frames);
        Assert.Equal("5", answer.Status);
        Assert.Equal("gefunden wird nichts: %C3%A4%C3%B6%C3%BC %25 %F0%9F%8E%89%0A", answer.Message);
        Assert.Equal("none", answer.Headers["reason"]);
        Assert.Equal("AQID/w", answer.Headers["detail-bin"].TrimEnd('='));
    }

    [Fact]
    public async Task An_exception_is_Unknown_and_its_text_stays_on_the_server()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "throw" });

        Assert.Equal("2", answer.Status);
        Assert.Equal("Exception was thrown by handler.", answer.Message);
    }

    [Fact]
    public async Task Detailed_errors_name_the_exception()
    {
        await using var server = await EchoServer.StartAsync(options => options.EnableDetailedErrors = true);

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "throw" });

        Assert.Equal("Exception was thrown by handler. InvalidOperationException: the secret", answer.Message);
    }

    [Fact]
    public async Task A_handler_that_returns_nothing_ends_as_cancelled()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "null" });

        Assert.Equal(("1", "No message returned from method."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_status_set_by_the_handler_is_sent_after_its_response()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Text = "x", Command = "set-status" });

        Assert.Equal(("15", "half", "x"), (answer.Trailers["grpc-status"], answer.Message, answer.Response.Text));
    }

    [Fact]
    public async Task Headers_and_trailers_of_the_handler_arrive_where_they_belong()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "headers" });

        Assert.Equal(("1", "Bw", "2"), (answer.Headers["early"], answer.Headers["early-bin"].TrimEnd('='), answer.Trailers["late"]));
    }

    [Fact]
    public async Task The_handler_sees_the_callers_metadata_and_address()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(
            new EchoRequest { Command = "metadata" },
            ("x-text", "one"), ("X-Upper", "two"), ("x-padded-bin", "AQI="), ("x-bare-bin", "AQI"), ("grpc-timeout", "10S"));

        Assert.Equal(("0", "one", "two"), (answer.Status, answer.Trailers["x-text"], answer.Trailers["x-upper"]));
        Assert.Equal(("AQI", "AQI"), (answer.Trailers["x-padded-bin"].TrimEnd('='), answer.Trailers["x-bare-bin"].TrimEnd('=')));
        Assert.StartsWith("ipv4:127.0.0.1:", answer.Trailers["peer"], StringComparison.Ordinal);
        Assert.Equal("/contactcenter.testing.v1.EchoService/Unary", answer.Trailers["method"]);
        Assert.Equal("yes", answer.Trailers["has-deadline"]);
    }
}
