using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;

namespace ContactCenter.Faults.Tests.Load;

/// <summary>What a caller was told.</summary>
/// <param name="Number">What it asked for.</param>
/// <param name="Status">The answer.</param>
/// <param name="Detail">Its text.</param>
/// <param name="Start">When it asked.</param>
/// <param name="Latency">How long the answer took.</param>
internal sealed record CallResult(int Number, StatusCode Status, string Detail, DateTimeOffset Start, TimeSpan Latency);

/// <summary>Callers at a fixed rate, one per key: each waits for its answer before it asks again, so that its numbers rise in the order of their commits.</summary>
internal sealed class LoadDriver(LoadPlan plan, IReadOnlyList<WorkerProcess> workers)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<CallResult> _results = [];
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<CallResult> Results => _results;

    /// <summary>When the first call was made.</summary>
    public DateTimeOffset Origin { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Makes calls until <see cref="Stop"/>.</summary>
    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, LoadPlan.Keys).Select(KeyAsync));

    /// <summary>No more calls.</summary>
    public void Stop() => _stop.TrySetResult();

    private async Task KeyAsync(int key)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var number = key; !_stop.Task.IsCompleted; number += LoadPlan.Keys)
        {
            var wait = TimeSpan.FromSeconds((double)number / plan.Rate) - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero)
                await Task.WhenAny(Task.Delay(wait), _stop.Task);
            await CallAsync(new LoadRequest { Number = number, Key = $"k{key}", Group = $"g{key % LoadPlan.Groups}" });
        }
    }

    private async Task CallAsync(LoadRequest request)
    {
        var client = workers[request.Number / LoadPlan.Keys % workers.Count].Client;
        var start = TimeProvider.System.GetUtcNow();
        var begin = Stopwatch.GetTimestamp();
        var (status, detail) = (StatusCode.OK, string.Empty);
        try
        {
            var options = new CallOptions(deadline: (start + Deadline).UtcDateTime);
            await (plan.Publishes ? client.PublishAsync(request, options) : client.EnqueueAsync(request, options));
        }
        catch (RpcException exception)
        {
            (status, detail) = (IsNoAnswer(exception.Status) ? StatusCode.Unavailable : exception.StatusCode, exception.Status.Detail);
        }

        _results.Enqueue(new CallResult(request.Number, status, detail, start, Stopwatch.GetElapsedTime(begin)));
    }

    // Where a worker has ended, the port may be another test's by now: whoever answers there has no such service. And what is
    // under way when a server says goodbye to the connection is INTERNAL by gRPC's table of HTTP/2 errors, though nobody answered.
    private static bool IsNoAnswer(Status status) => status.StatusCode == StatusCode.Unimplemented
        || (status.StatusCode == StatusCode.Internal && status.Detail.Contains("The HTTP/2 server closed the connection. HTTP/2 error code 'NO_ERROR'", StringComparison.Ordinal));
}
