using System.Collections.Concurrent;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.Storage.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.CrmConnector.Tests;

/// <summary>A storage service with the store and the files that a test gives it.</summary>
internal sealed class FakeStorage : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeStorage(WebApplication app) => _app = app;

    /// <summary>Tells the service under test where it is.</summary>
    public string Setting => $"--services:storage-export:grpc:0={_app.Urls.First()}";

    /// <summary>The external store; null for none.</summary>
    public Store? Store { get; set; }

    /// <summary>By id: the bytes of each file, in the pieces that they are sent in, and their revision.</summary>
    public ConcurrentDictionary<string, (int Revision, byte[][] Pieces)> Files { get; } = [];

    /// <summary>Whether files are asked for in vain.</summary>
    public bool IsAway { get; set; }

    public static async Task<FakeStorage> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(
        [
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:grpc:Protocols=Http2", "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0", .. TestOutputLog.Settings,
        ]);
        builder.AddServiceDefaults();
        var services = builder.Services;
        FakeStorage? storage = null;
        services.AddSingleton(_ => storage!);
        var app = builder.Build();
        storage = new(app);
        app.MapGrpcService<StoreCalls>();
        app.MapGrpcService<FileCalls>();
        await app.StartAsync(cancellationToken);
        return storage;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class StoreCalls(FakeStorage storage) : StoreService.StoreServiceBase
    {
        public override Task<GetStoreResponse> GetStore(GetStoreRequest request, ServerCallContext context) => Task.FromResult(new GetStoreResponse { Store = storage.Store });
    }

    private sealed class FileCalls(FakeStorage storage) : FileService.FileServiceBase
    {
        public override async Task ReadFile(ReadFileRequest request, IServerStreamWriter<ReadFileResponse> responseStream, ServerCallContext context)
        {
            if (storage.IsAway)
                throw new RpcException(new(StatusCode.Unavailable, "away"));
            if (!storage.Files.TryGetValue(request.FileId, out var file))
                throw RpcErrors.NotFound(StorageErrors.Domain, StorageErrors.FileNotFound, "file", request.FileId);
            if (file.Revision != request.Revision)
                throw RpcErrors.FailedPrecondition(StorageErrors.Domain, StorageErrors.FileReplaced, "another");
            await responseStream.WriteAsync(new() { File = new() { Id = request.FileId, Revision = file.Revision, Size = file.Pieces.Sum(piece => piece.Length) } });
            foreach (var piece in file.Pieces)
                await responseStream.WriteAsync(new() { Data = ByteString.CopyFrom(piece) });
        }
    }
}
