using System.Net;
using Grpc.Core;
using Polly;
using Polly.Retry;
using Polly.Timeout;

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
                .Handle<RpcException>(failure => failure.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted)
                .Handle<HttpRequestException>(failure => failure.StatusCode is null or HttpStatusCode.ServiceUnavailable)
                .Handle<TaskCanceledException>(failure => failure.InnerException is TimeoutException),
        })
        .Build();

    /// <summary>Does something, again and again where it met a service that is away: it must be safe to do twice.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="attempt">Does it once.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    /// <returns>What the attempt gave that succeeded.</returns>
    /// <exception cref="TimeoutRejectedException">The service stayed away too long; the message has the last failure.</exception>
    public async Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation)
    {
        Exception? last = null;
        try
        {
            return await _pipeline.ExecuteAsync(
                async ct =>
                {
                    try
                    {
                        return await attempt(ct);
                    }
                    catch (Exception failure) when (!ct.IsCancellationRequested)
                    {
                        last = failure;
                        throw;
                    }
                },
                cancellation);
        }
        catch (TimeoutRejectedException timeout) when (last is not null)
        {
            throw new TimeoutRejectedException($"Given up after {timeout.Timeout.TotalSeconds} s; the last attempt: {last.Message}", timeout.Timeout, last);
        }
    }

    /// <inheritdoc cref="RepeatAsync{T}" />
    public Task RepeatAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellation) =>
        RepeatAsync(
            async ct =>
            {
                await attempt(ct);
                return true;
            },
            cancellation);
}
