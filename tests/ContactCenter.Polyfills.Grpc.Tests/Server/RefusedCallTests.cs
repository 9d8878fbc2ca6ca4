using System.Net;
using ContactCenter.Testing.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

public sealed class RefusedCallTests
{
    [Theory]
    [InlineData("/contactcenter.testing.v1.EchoService/Missing", "Method is unimplemented.")]
    [InlineData("/some.other.Service/Method", "Service is unimplemented.")]
    public async Task Unknown_methods_and_services_are_unimplemented(string path, string message)
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync(path, WireClient.Frame(new EchoRequest()));

        Assert.Equal((HttpStatusCode.OK, "12", message), (answer.Http, answer.Status, answer.Message));
        Assert.True(answer.IsTrailersOnly);
    }

    [Fact]
    public async Task Unknown_services_can_be_left_to_the_application()
    {
        await using var server = await EchoServer.StartAsync(options => options.IgnoreUnknownServices = true);

        var answer = await server.Client.SendAsync("/some.other.Service/Method", WireClient.Frame(new EchoRequest()));

        Assert.Equal((HttpStatusCode.NotFound, "missing"), (answer.Http, answer.Status));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    public async Task Another_content_type_is_415(string contentType)
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest(), ("content-type", contentType));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "13"), (answer.Http, answer.Status));
        Assert.Equal($"Content-Type '{contentType}' is not supported.", answer.Message);
    }

    [Fact]
    public async Task A_content_type_with_a_message_format_is_accepted()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal("0", (await server.Client.UnaryAsync(new EchoRequest(), ("content-type", "application/grpc+proto"))).Status);
    }

    [Fact]
    public async Task HTTP_1_is_asked_to_upgrade()
    {
        await using var server = await EchoServer.StartAsync(protocols: HttpProtocols.Http1);

        var answer = await server.Client.UnaryAsync(new EchoRequest(), ("version", "1.1"));

        Assert.Equal((HttpStatusCode.UpgradeRequired, "13"), (answer.Http, answer.Status));
        Assert.Equal("Request protocol 'HTTP/1.1' is not supported.", answer.Message);
    }

    [Fact]
    public async Task Another_HTTP_method_than_POST_finds_nothing()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.UnaryAsync(new EchoRequest(), ("method", "PUT"))).Http);
    }

    [Fact]
    public async Task A_request_above_the_default_limit_of_4_MiB_is_refused()
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[4 * 1024 * 1024]) });

        Assert.Equal(("8", "Received message exceeds the maximum configured message size."), (answer.Status, answer.Message));
    }

    [Theory]
    [InlineData("", "Incomplete message.")]
    [InlineData("00", "Incomplete message.")]
    [InlineData("0000000005", "Incomplete message.")]
    [InlineData("00000000050102", "Incomplete message.")]
    [InlineData("00000000000000000000", "Additional data after the message received.")]
    [InlineData("0000000000ff", "Additional data after the message received.")]
    [InlineData("0100000000", "Request did not include grpc-encoding value with compressed message.")]
    public async Task A_broken_unary_body_is_Internal(string hex, string message)
    {
        await using var server = await EchoServer.StartAsync();

        var answer = await server.Client.SendAsync("Unary", Convert.FromHexString(hex));

        Assert.Equal(("13", message), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_fail_the_call()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal("2", (await server.Client.SendAsync("Unary", WireClient.FrameBytes([255, 255, 255]))).Status);
    }

    [Fact]
    public async Task A_binary_header_that_is_no_base64_fails_only_the_call_that_looks_at_it()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal("0", (await server.Client.UnaryAsync(new EchoRequest(), ("x-bad-bin", "!"))).Status);
        Assert.Equal("2", (await server.Client.UnaryAsync(new EchoRequest { Command = "metadata" }, ("x-bad-bin", "!"))).Status);
    }

    [Fact]
    public void Mapping_without_AddGrpc_says_what_is_missing()
    {
        var app = WebApplication.CreateBuilder().Build();

        var error = Assert.Throws<InvalidOperationException>(() => app.MapGrpcService<EchoHandler>());

        Assert.Contains("AddGrpc", error.Message, StringComparison.Ordinal);
    }
}
