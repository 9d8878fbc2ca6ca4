using System.Net;
using ContactCenter.Benchmarks.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Benchmarks.Grpc;

/// <summary>The server processes of the grpc benchmark: the echo service on our runtime, and the same bytes on a bare endpoint.</summary>
internal static class GrpcEchoServer
{
    internal const string ChildName = "grpc-echo";
    internal const string Ours = "ours";
    internal const string Bare = "bare";
    internal const string UnaryPath = "/contactcenter.benchmarks.v1.EchoService/Unary";
    internal const string BidiPath = "/contactcenter.benchmarks.v1.EchoService/Bidi";

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();

        await using var app = builder.Build();
        if (arguments[0] == Ours)
            app.MapGrpcService<EchoHandler>();
        else
            app.Map(UnaryPath, EchoWholeAsync);

        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    private static async Task EchoWholeAsync(HttpContext http)
    {
        http.Response.Headers.ContentType = "application/grpc";
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync();
            if (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            foreach (var segment in result.Buffer)
            {
                segment.Span.CopyTo(http.Response.BodyWriter.GetSpan(segment.Length));
                http.Response.BodyWriter.Advance(segment.Length);
            }

            reader.AdvanceTo(result.Buffer.End);
            break;
        }

        http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers.GrpcStatus = "0";
    }

    private sealed class EchoHandler : EchoService.EchoServiceBase
    {
        public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) =>
            Task.FromResult(new EchoResponse { Payload = request.Payload });

        public override async Task Bidi(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext())
                await responseStream.WriteAsync(new EchoResponse { Payload = requestStream.Current.Payload });
        }
    }
}
