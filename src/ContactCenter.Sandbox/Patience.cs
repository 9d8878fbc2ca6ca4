using System.Net;
using Grpc.Core;
using Polly;
using Polly.Retry;

namespace ContactCenter.Sandbox;

/// <summary>Repeats what met a service that is away or busy, as those do that the sandbox plays; what it refuses is not repeated.</summary>
/// <param name="options">How long (<c>Sandbox:ReceiverLimit</c>).</param>
/// <param name="time">The clock of the pauses.</param>
public sealed class Patience(SandboxOptions options, TimeProvider time)
{
    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddTimeout(options.ReceiverLimit)
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(5),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder()
                .Handle<RpcException>(failure => failure.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
                .Handle<HttpRequestException>(failure => failure.StatusCode is null or HttpStatusCode.ServiceUnavailable)
                .Handle<TaskCanceledException>(failure => failure.InnerException is TimeoutException),
        })
        .Build();

    /// <summary>Does something, again and again where it met a service that is away: it must be safe to do twice.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="attempt">Does it once.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    /// <returns>What the attempt gave that succeeded.</returns>
    /// <exception cref="Polly.Timeout.TimeoutRejectedException">The service stayed away too long.</exception>
    public async Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation) =>
        await _pipeline.ExecuteAsync(async ct => await attempt(ct), cancellation);
}
