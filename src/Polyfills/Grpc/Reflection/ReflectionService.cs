using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Grpc.AspNetCore.Server.Reflection;

/// <summary>grpc.reflection.v1.ServerReflection.</summary>
internal sealed class ReflectionService(DescribedServices services) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(Answer(services, request));
    }

    internal static ServerReflectionResponse Answer(DescribedServices services, ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        FileDescriptor? file = null;
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse { Service = { services.Names.Select(name => new ServiceResponse { Name = name }) } };
                return response;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename when services.TryFindFile(request.FileByFilename, out file):
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol when services.TryFindSymbol(request.FileContainingSymbol, out file):
                response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { DescribedServices.WithDependencies(file!) } };
                return response;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                response.ErrorResponse = Error(StatusCode.NotFound, "File not found.");
                return response;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                response.ErrorResponse = Error(StatusCode.NotFound, "Symbol not found.");
                return response;
            default:
                response.ErrorResponse = Error(StatusCode.Unimplemented, "Extensions are not described by this server.");
                return response;
        }
    }

    private static ErrorResponse Error(StatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}

/// <summary>grpc.reflection.v1alpha.ServerReflection, whose messages are those of version 1 on the wire.</summary>
internal sealed class ReflectionServiceAlpha(DescribedServices services) : Alpha.ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<Alpha.ServerReflectionRequest> requestStream, IServerStreamWriter<Alpha.ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var response = ReflectionService.Answer(services, ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
            await responseStream.WriteAsync(Alpha.ServerReflectionResponse.Parser.ParseFrom(response.ToByteString()));
        }
    }
}
