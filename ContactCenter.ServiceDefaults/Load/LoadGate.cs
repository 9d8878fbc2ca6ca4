using System.Threading.RateLimiting;
using ContactCenter.Durable;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ContactCenter.ServiceDefaults.Load;

/// <summary>
/// Takes no more calls at a time than <c>Durable:MaxConcurrentCalls</c> and refuses the others at once (DUR-56). Health is
/// always answered, and operators have slots and database connections of their own. When the service stops, calls get
/// <c>Shutdown:Seconds</c> to end (DUR-54).
/// </summary>
internal sealed class LoadGate : IDisposable
{
    /// <summary>Calls of operators that are taken however many others run.</summary>
    public const int ReservedSlots = 16;

    private readonly RequestDelegate _next;
    private readonly ConcurrencyLimiter _calls;
    private readonly ConcurrencyLimiter _operators = new(new ConcurrencyLimiterOptions { PermitLimit = ReservedSlots, QueueLimit = 0 });
    private readonly CancellationTokenSource _end;

    public LoadGate(RequestDelegate next, IOptions<DurableOptions> durable, IOptions<ShutdownOptions> shutdown, IHostApplicationLifetime lifetime, TimeProvider clock)
    {
        _next = next;
        _calls = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = durable.Value.MaxConcurrentCalls, QueueLimit = 0 });
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        lifetime.ApplicationStopping.Register(() => _end.CancelAfter(TimeSpan.FromSeconds(shutdown.Value.Seconds)));
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var use = UseOf(context.GetEndpoint());
        if (use is null)
        {
            await _next(context);
            return;
        }

        using var slot = use is ConnectionUse.Operator && _operators.AttemptAcquire() is { IsAcquired: true } reserved ? reserved : _calls.AttemptAcquire();
        if (!slot.IsAcquired)
        {
            await Overload.RefuseAsync(context);
            return;
        }

        DurableDatabase.Serve(use.Value);
        using var end = _end.Token.UnsafeRegister(static call => ((HttpContext)call!).Abort(), context);
        await _next(context);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _operators.Dispose();
        _end.Dispose();
    }

    /// <summary>Null for health.</summary>
    private static ConnectionUse? UseOf(Endpoint? endpoint)
    {
        var service = endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName;
        if (service == "grpc.health.v1.Health" || endpoint?.Metadata.GetMetadata<HealthEndpoint>() is not null)
            return null;
        return service?.EndsWith(".OperationsService", StringComparison.Ordinal) == true ? ConnectionUse.Operator : ConnectionUse.Call;
    }
}

/// <summary>Marks <c>/alive</c> and <c>/health</c>.</summary>
internal sealed class HealthEndpoint;
