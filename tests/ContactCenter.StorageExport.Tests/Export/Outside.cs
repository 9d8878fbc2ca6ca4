using System.Collections.Concurrent;
using System.Text;
using ContactCenter.Insights.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>What the service asks: the documents of Insights, and a platform with recordings.</summary>
internal sealed class Outside : SessionService.SessionServiceBase, IAsyncDisposable
{
    private WebApplication _app = null!;

    /// <summary>Metadata documents by session, with the version of their record.</summary>
    public ConcurrentDictionary<string, (string Text, long Version)> Documents { get; } = new();

    /// <summary>Transcripts by session.</summary>
    public ConcurrentDictionary<string, string> Transcripts { get; } = new();

    /// <summary>Media by path, with their type.</summary>
    public ConcurrentDictionary<string, (string Type, byte[] Bytes)> Media { get; } = new();

    /// <summary>Paths that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public Uri Grpc { get; private set; } = null!;

    public Uri Http { get; private set; } = null!;

    public static async Task<Outside> StartAsync(CancellationToken cancellationToken)
    {
        var outside = new Outside();
        // Without settings, which would be those of the service.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(outside);
        outside._app = builder.Build();
        outside._app.UseRouting();
        outside._app.MapGrpcService<Outside>();
        outside._app.MapGet("/{**path}", outside.ServeAsync);
        await outside._app.StartAsync(cancellationToken);
        var addresses = outside._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        (outside.Grpc, outside.Http) = (addresses[0], addresses[1]);
        return outside;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public override Task<GetSessionMetadataResponse> GetSessionMetadata(GetSessionMetadataRequest request, ServerCallContext context) => Documents.TryGetValue(request.Name, out var document)
        ? Task.FromResult(new GetSessionMetadataResponse
        {
            Metadata = new() { Name = request.Name, Document = ByteString.CopyFromUtf8(document.Text), RecordVersion = document.Version, ContentType = "application/json" },
        })
        : throw new RpcException(new(StatusCode.NotFound, "no such session"));

    public override Task<GetSessionTranscriptResponse> GetSessionTranscript(GetSessionTranscriptRequest request, ServerCallContext context) => Task.FromResult(new GetSessionTranscriptResponse
    {
        Content = ByteString.CopyFrom(Transcripts.GetValueOrDefault(request.Name, ""), Encoding.UTF8),
        ContentType = "text/plain; charset=utf-8",
        RecordVersion = 1,
    });

    private async Task ServeAsync(HttpContext context)
    {
        Asked.Enqueue(context.Request.Path);
        if (Media.TryGetValue(context.Request.Path, out var medium))
        {
            context.Response.ContentType = medium.Type;
            await context.Response.Body.WriteAsync(medium.Bytes, context.RequestAborted);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
