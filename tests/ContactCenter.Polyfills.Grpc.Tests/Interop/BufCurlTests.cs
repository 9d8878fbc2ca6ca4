using System.Text.Json;
using System.Text.RegularExpressions;

namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>A command-line client that knows nothing of the contract but what server reflection tells it.</summary>
public sealed partial class BufCurlTests
{
    [Theory]
    [InlineData("grpc-v1")]
    [InlineData("grpc-v1alpha")]
    public async Task Buf_curl_lists_the_services(string reflection)
    {
        var services = await CurlAsync(reflection, "--list-services");
        Assert.Contains("grpc.testing.TestService", services.Split('\n'));
    }

    [Fact]
    public async Task Buf_curl_lists_the_methods() =>
        Assert.Contains("grpc.testing.TestService/FullDuplexCall", (await CurlAsync("grpc-v1", "--list-methods")).Split('\n'));

    [Fact]
    public async Task Buf_curl_makes_a_unary_call()
    {
        var response = JsonDocument.Parse(await CurlAsync("grpc-v1", "UnaryCall", """{"responseSize": 3}"""));
        Assert.Equal("AAAA", response.RootElement.GetProperty("payload").GetProperty("body").GetString());
    }

    [Fact]
    public async Task Buf_curl_makes_a_streaming_call()
    {
        var responses = await CurlAsync("grpc-v1", "FullDuplexCall", """
            {"responseParameters": [{"size": 3}, {"size": 6}]}
            {"responseParameters": [{"size": 9}]}
            """);
        Assert.Equal([3, 6, 9], Body().Matches(responses).Select(match => Convert.FromBase64String(match.Groups[1].Value).Length));
    }

    [GeneratedRegex("\"body\": *\"([^\"]*)\"")]
    private static partial Regex Body();

    private static async Task<string> CurlAsync(string reflection, string what, string? data = null)
    {
        await using var server = await InteropServer.StartAsync();
        string[] common = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect-protocol", reflection];
        await using var buf = data is null
            ? PeerProcess.Buf([.. common, what, server.Address])
            : PeerProcess.Buf([.. common, "--data", data, $"{server.Address}/grpc.testing.TestService/{what}"]);
        return await buf.ReadAllAsync();
    }
}
