using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class GrpcHealthTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HealthStatus.Healthy, HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData(HealthStatus.Degraded, HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData(HealthStatus.Unhealthy, HealthCheckResponse.Types.ServingStatus.NotServing)]
    public async Task Grpc_health_says_the_same_as_health_over_http(HealthStatus store, HealthCheckResponse.Types.ServingStatus expected)
    {
        await using var service = await TestService.StartAsync(builder =>
            builder.Services.AddHealthChecks().AddCheck("store", () => new HealthCheckResult(store)));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);

        var answer = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new(), cancellationToken: Token);

        Assert.Equal(expected, answer.Status);
    }

    [Theory]
    [InlineData("Development", StatusCode.OK)]
    [InlineData("Production", StatusCode.Unauthenticated)]
    public async Task The_contracts_are_shown_in_development_alone(string environment, StatusCode expected)
    {
        await using var service = await TestService.StartAsync(settings: $"--environment={environment}");
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Token);

        var status = StatusCode.OK;
        try
        {
            try
            {
                await call.RequestStream.WriteAsync(new() { ListServices = "" }, Token);
                await call.RequestStream.CompleteAsync();
            }
            catch (RpcException)
            {
                // The server may refuse the call before it has read anything; its answer says why.
            }

            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, found => found.Name == "grpc.health.v1.Health");
        }
        catch (RpcException failure)
        {
            status = failure.StatusCode;
        }

        Assert.Equal(expected, status);
    }
}
