using System.Collections.Concurrent;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Limits;

/// <summary>A breaker that opened or closed (EGR-23); what a service publishes as an event.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="IsOpen">True when it opened.</param>
/// <param name="LastError">The failure that opened it; null when it closed.</param>
/// <param name="ExampleItemId">The job whose attempt changed it, if the call had one.</param>
public sealed record BreakerChanged(Destination Destination, bool IsOpen, EgressFailure? LastError, string? ExampleItemId);

/// <summary>Told of what operators and other services have to know; a service registers one to publish events.</summary>
public interface IEgressObserver
{
    /// <summary>A breaker opened or closed.</summary>
    /// <param name="change">What happened.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it was taken note of.</returns>
    Task BreakerChangedAsync(BreakerChanged change, CancellationToken cancellationToken);

    /// <summary>A grant has to be authorised again (EGR-28).</summary>
    /// <param name="grantId">The grant.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it was taken note of.</returns>
    Task GrantReauthorizationRequiredAsync(string grantId, CancellationToken cancellationToken);
}

/// <summary>Lets calls through to a destination: concurrency, breaker, budget and rate (EGR-19 to EGR-23).</summary>
public sealed partial class DestinationGate
{
    private readonly ConcurrentDictionary<(string Key, int Limit), SemaphoreSlim> _slots = new();
    private readonly IDestinationState _state;
    private readonly IEgressObserver[] _observers;
    private readonly TimeProvider _time;
    private readonly ILogger<DestinationGate> _logger;

    internal DestinationGate(
        IDestinationState state, IEnumerable<IEgressObserver> observers, TimeProvider time, ILogger<DestinationGate> logger)
    {
        _state = state;
        _observers = [.. observers];
        _time = time;
        _logger = logger;
    }

    /// <summary>How long the breaker stays open; for <c>ListDestinations</c>.</summary>
    /// <param name="destination">The destination.</param>
    /// <returns>Null when it is closed, zero when probes are due, otherwise the time until then.</returns>
    public Task<TimeSpan?> BreakerOpenForAsync(Destination destination) => _state.OpenForAsync(destination, _time.GetUtcNow());

    /// <summary>Closes the breaker by an operator's hand, in all replicas (EGR-23).</summary>
    /// <param name="destination">The destination.</param>
    /// <returns>When it is closed.</returns>
    public Task ResetBreakerAsync(Destination destination) => _state.ResetBreakerAsync(destination);

    internal async Task<Pass> EnterAsync(Destination destination, string? itemId, CancellationToken cancellationToken)
    {
        var slots = _slots.GetOrAdd(
            (destination.Key, destination.MaxConcurrent), static key => new SemaphoreSlim(key.Limit, key.Limit));
        if (!await slots.WaitAsync(StateTimes.Patience, cancellationToken))
            throw EgressException.Wait("THROTTLED", "All concurrent calls of the destination are in use.", TimeSpan.FromSeconds(1));

        var pass = new Pass(this, destination, itemId, slots);
        try
        {
            var admission = await _state.AdmitAsync(destination, itemId, _time.GetUtcNow());
            pass.IsProbe = admission.IsProbe;
            if (admission.Kind == AdmissionKind.BreakerOpen)
                throw EgressException.Wait("BREAKER_OPEN", "The breaker of the destination is open.", admission.Wait);
            if (admission.Kind == AdmissionKind.Throttled)
                throw EgressException.Wait("THROTTLED", "The rate or budget of the destination is used up.", admission.Wait);
            if (admission.Wait > TimeSpan.Zero)
                await Task.Delay(admission.Wait, _time, cancellationToken);
            return pass;
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    /// <summary>Whether a caller may do one more live test within a minute (EGR-12).</summary>
    internal async Task<bool> AdmitLiveTestAsync(string caller, int perMinute)
    {
        var bucket = new Destination
        {
            Name = "live-test:" + caller,
            Origin = "",
            Rate = new RateLimit { PerSecond = perMinute / 60.0, Burst = perMinute },
        };
        var admission = await _state.AdmitAsync(bucket, null, _time.GetUtcNow());
        return admission is { Kind: AdmissionKind.Pass, Wait.Ticks: 0 };
    }

    private async Task ReportAsync(Pass pass, AttemptResult result, EgressFailure? failure)
    {
        var change = await _state.ReportAsync(pass.Destination, result, pass.IsProbe, _time.GetUtcNow());
        if (change == BreakerChange.None)
            return;

        var opened = change == BreakerChange.Opened;
        EgressTelemetry.BreakerChanges.Add(1, new KeyValuePair<string, object?>("state", opened ? "open" : "closed"));
        LogChange(pass.Destination.Name, opened ? "opened" : "closed", failure?.Reason);
        foreach (var observer in _observers)
        {
            try
            {
                await observer.BreakerChangedAsync(
                    new BreakerChanged(pass.Destination, opened, failure, pass.ItemId), CancellationToken.None);
            }
            catch (Exception error)
            {
                // The call itself has ended; an event that cannot be written must not turn it into a failure.
                LogObserverFailed(error);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The breaker of destination {Destination} {Change}; last error {Reason}")]
    private partial void LogChange(string destination, string change, string? reason);

    [LoggerMessage(LogLevel.Error, "A breaker's change could not be reported")]
    private partial void LogObserverFailed(Exception error);

    /// <summary>The right to make one call; reported once, disposed in any case.</summary>
    internal sealed class Pass(DestinationGate gate, Destination destination, string? itemId, SemaphoreSlim slots) : IDisposable
    {
        private bool _reported;

        public Destination Destination => destination;

        public string? ItemId => itemId;

        public bool IsProbe { get; set; }

        public Task ReportAsync(EgressFailure? failure)
        {
            _reported = true;
            var result = failure switch
            {
                null or { Class: ErrorClass.Status, Status: < 500 } => AttemptResult.Ok,
                { Class: ErrorClass.Dns or ErrorClass.Connect or ErrorClass.Tls or ErrorClass.Timeout or ErrorClass.Reset } => AttemptResult.Failed,
                { Class: ErrorClass.Status } => AttemptResult.Failed,
                { Class: ErrorClass.Denied } => AttemptResult.None,
                { Reason: "REQUEST_TOO_LARGE" } => AttemptResult.None,
                _ => AttemptResult.Ok,
            };
            return gate.ReportAsync(this, result, failure);
        }

        public void Dispose()
        {
            slots.Release();
            // A probe whose caller gave up has to make room for the next one; nobody waits for that.
            if (IsProbe && !_reported)
                _ = gate.ReportAsync(this, AttemptResult.None, null);
        }
    }
}
