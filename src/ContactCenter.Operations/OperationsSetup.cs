using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Operations;

/// <summary>Adds the operators' gRPC service to a service.</summary>
public static class OperationsSetup
{
    /// <summary>Adds what <see cref="MapOperations"/> needs; after <c>AddServiceDefaults</c>, <c>AddDurable</c>, <c>AddCallers</c> and <c>AddEgress</c>.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <returns>The builder.</returns>
    public static IHostApplicationBuilder AddOperations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperationsFailures>();
        builder.Services.AddGrpc().AddServiceOptions<OperationsService>(grpc => grpc.Interceptors.Add<OperationsFailures>());
        return builder;
    }

    /// <summary>Maps <c>contactcenter.operations.v1.OperationsService</c>.</summary>
    /// <param name="endpoints">The service's endpoints.</param>
    /// <returns>The service's endpoint.</returns>
    public static GrpcServiceEndpointConventionBuilder MapOperations(this IEndpointRouteBuilder endpoints) => endpoints.MapGrpcService<OperationsService>();
}
