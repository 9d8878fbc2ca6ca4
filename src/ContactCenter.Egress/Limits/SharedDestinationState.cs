using ContactCenter.Egress.Http;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ContactCenter.Egress.Limits;

/// <summary>Redis, and while it does not answer the state of this process (EGR-21): never unlimited, never stopped.</summary>
internal sealed partial class SharedDestinationState(
    IDestinationState shared, IDestinationState local, TimeProvider time, ILogger<SharedDestinationState> logger) : IDestinationState
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _pauseEnd = long.MinValue;

    public Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now) =>
        RunAsync(state => state.AdmitAsync(destination, reservationId, now));

    public Task<BreakerReport> ReportAsync(Destination destination, Attempt attempt, DateTimeOffset now) =>
        RunAsync(state => state.ReportAsync(destination, attempt, now));

    public Task<DestinationStatus> StatusAsync(Destination destination, DateTimeOffset now) =>
        RunAsync(state => state.StatusAsync(destination, now));

    public Task<bool> AdmitPerMinuteAsync(string key, int limit, DateTimeOffset now) =>
        RunAsync(state => state.AdmitPerMinuteAsync(key, limit, now));

    private async Task<T> RunAsync<T>(Func<IDestinationState, Task<T>> decide)
    {
        if (time.GetTimestamp() >= Volatile.Read(ref _pauseEnd))
        {
            try
            {
                return await decide(shared).WaitAsync(AnswerLimit);
            }
            catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
            {
                Volatile.Write(ref _pauseEnd, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
                LogFallback(error);
            }
        }

        EgressTelemetry.RedisFallbacks.Add(1);
        return await decide(local);
    }

    [LoggerMessage(LogLevel.Warning, "Redis does not answer; limits of outbound calls come from this process for the next second")]
    private partial void LogFallback(Exception error);
}
