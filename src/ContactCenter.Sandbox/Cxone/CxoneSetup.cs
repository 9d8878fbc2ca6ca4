using ContactCenter.Wfm.V1;
using Grpc.Core;

namespace ContactCenter.Sandbox.Cxone;

/// <summary>Connects the suite's workforce management to the sandbox's CXone, as an operator does with the real one.</summary>
/// <param name="connections">The suite's connection.</param>
/// <param name="key">The access key.</param>
/// <param name="configuration">Knows the sandbox's own address.</param>
/// <param name="lifetime">Says when the sandbox's endpoints are there.</param>
/// <param name="time">Measures pauses.</param>
/// <param name="logger">Says what keeps it from connecting.</param>
public sealed partial class CxoneSetup(
    ConnectionService.ConnectionServiceClient connections,
    CxoneKey key,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<CxoneSetup> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration["Sandbox:PublicUrl"] is not { Length: > 0 } url)
            return;
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await ConnectAsync($"{url.TrimEnd('/')}{CxoneApi.Root}", stoppingToken);
                return;
            }
            catch (RpcException e) when (!stoppingToken.IsCancellationRequested)
            {
                NotConnected(logger, e.Status.Detail);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task ConnectAsync(string url, CancellationToken cancellation)
    {
        var present = (await connections.GetConnectionAsync(new(), cancellationToken: cancellation)).Connection;
        await connections.UpdateConnectionAsync(
            new() { Connection = new() { ServiceUrl = url, AccessKeyId = key.Id, SecretKey = key.Secret, Etag = present.Etag } }, cancellationToken: cancellation);
        await connections.ConnectAsync(new(), cancellationToken: cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "Workforce management is not connected to the sandbox's CXone yet: {Reason}")]
    private static partial void NotConnected(ILogger logger, string reason);
}
