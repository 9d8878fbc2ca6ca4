using ContactCenter.Polyfills.Grpc.Tests.Server;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Alpha = Grpc.Reflection.V1Alpha;

namespace ContactCenter.Polyfills.Grpc.Tests.Reflection;

public sealed class ServerReflectionTests
{
    [Fact]
    public async Task All_mapped_services_are_listed()
    {
        await using var server = await StartAsync();

        var answer = await AskAsync(server, new ServerReflectionRequest { ListServices = "" });

        var names = answer.ListServicesResponse.Service.Select(service => service.Name).ToList();
        Assert.Equal(["contactcenter.testing.v1.EchoService", "grpc.health.v1.Health"], names.Where(name => !name.StartsWith("grpc.reflection.", StringComparison.Ordinal)));
        Assert.Contains("grpc.reflection.v1alpha.ServerReflection", names);
    }

    [Theory]
    [InlineData("contactcenter.testing.v1.EchoService")]
    [InlineData("contactcenter.testing.v1.EchoService.Unary")]
    [InlineData("contactcenter.testing.v1.EchoRequest")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus")]
    public async Task A_symbol_leads_to_its_file(string symbol)
    {
        await using var server = await StartAsync();

        var answer = await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = symbol });

        var file = FileDescriptorProto.Parser.ParseFrom(answer.FileDescriptorResponse.FileDescriptorProto[0]);
        Assert.StartsWith(file.Package, symbol, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_comes_with_all_that_it_depends_on_and_can_be_built_from_the_answer()
    {
        await using var server = await StartAsync();

        var byName = await AskAsync(server, new ServerReflectionRequest { FileByFilename = "google/protobuf/timestamp.proto" });
        var dependent = await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = "contactcenter.testing.v1.EchoService" });

        Assert.Equal(ServerReflectionResponse.MessageResponseOneofCase.ErrorResponse, byName.MessageResponseCase);
        var files = dependent.FileDescriptorResponse.FileDescriptorProto.Reverse().ToList();
        Assert.Contains(FileDescriptor.BuildFromByteStrings(files), file => file.Services.Count > 0);
    }

    [Fact]
    public async Task What_is_unknown_or_unsupported_is_an_error_response_and_the_stream_goes_on()
    {
        await using var server = await StartAsync();

        var missing = await AskAsync(server, new ServerReflectionRequest { FileContainingSymbol = "no.Such" });
        var extension = await AskAsync(server, new ServerReflectionRequest { AllExtensionNumbersOfType = "x" });

        Assert.Equal(((int)StatusCode.NotFound, "Symbol not found."), (missing.ErrorResponse.ErrorCode, missing.ErrorResponse.ErrorMessage));
        Assert.Equal((int)StatusCode.Unimplemented, extension.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task The_predecessor_v1alpha_answers_alike()
    {
        await using var server = await StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Alpha.ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: TestContext.Current.CancellationToken);

        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { Host = "h", ListServices = "" }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "contactcenter.testing.v1.EchoService");
        await call.RequestStream.CompleteAsync();
    }

    private static async Task<ServerReflectionResponse> AskAsync(EchoServer server, ServerReflectionRequest request)
    {
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await call.RequestStream.CompleteAsync();
        return call.ResponseStream.Current;
    }

    private static Task<EchoServer> StartAsync() => EchoServer.StartAsync(
        configure: builder =>
        {
            builder.Services.AddGrpcReflection();
            builder.Services.AddGrpcHealthChecks();
        },
        map: app =>
        {
            app.MapGrpcService<EchoHandler>();
            app.MapGrpcHealthChecksService();
            app.MapGrpcReflectionService();
        });
}
