using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>grpc.health.v1.Health over the application's health checks.</summary>
internal sealed class HealthService(
    HealthCheckService checks, PublishedHealth published, IOptions<GrpcHealthChecksOptions> options, IHostApplicationLifetime lifetime)
    : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var status = await NowAsync(request.Service, context.CancellationToken);
        return status == HealthCheckResponse.Types.ServingStatus.ServiceUnknown
            ? throw new RpcException(new Status(StatusCode.NotFound, ""))
            : new HealthCheckResponse { Status = status };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // An open watch would hold up a graceful stop of the server.
        var stopping = options.Value.SuppressCompletionOnShutdown ? CancellationToken.None : lifetime.ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            var (_, changed) = published.Read(request.Service);
            var status = await NowAsync(request.Service, end.Token);
            while (true)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
                var last = status;
                while (status == last)
                {
                    await changed.WaitAsync(end.Token);
                    (status, changed) = published.Read(request.Service);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.NotServing }, context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The caller has seen enough.
        }
    }

    private async Task<HealthCheckResponse.Types.ServingStatus> NowAsync(string service, CancellationToken cancellationToken)
    {
        if (options.Value.UseHealthChecksCache)
            return published.Read(service).Status;
        if (!options.Value.Services.TryGet(service, out var mapping))
            return HealthCheckResponse.Types.ServingStatus.ServiceUnknown;

        var report = await checks.CheckHealthAsync(
            check => mapping.HealthCheckPredicate(new HealthCheckMapContext(check.Name, check.Tags)), cancellationToken);
        return PublishedHealth.StatusOf(report.Entries.Values.Select(entry => entry.Status));
    }
}
