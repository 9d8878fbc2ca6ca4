using System.Collections.Concurrent;
using System.Diagnostics;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Limits;

/// <summary>Lets calls through to a destination: concurrency, breaker, budget and rate (EGR-19 to EGR-23).</summary>
public sealed partial class DestinationGate
{
    private readonly ConcurrentDictionary<(string Key, int Limit), SemaphoreSlim> _slots = new();
    private readonly IDestinationState _state;
    private readonly IBreakerObserver[] _observers;
    private readonly TimeProvider _time;
    private readonly ILogger<DestinationGate> _logger;

    internal DestinationGate(
        IDestinationState state, IEnumerable<IBreakerObserver> observers, TimeProvider time, ILogger<DestinationGate> logger)
    {
        _state = state;
        _observers = [.. observers];
        _time = time;
        _logger = logger;
    }

    internal Task<DestinationStatus> StatusAsync(Destination destination) => _state.StatusAsync(destination, _time.GetUtcNow());

    /// <summary>Calls of this process that are under way.</summary>
    internal int CallsInFlight(Destination destination) => _slots
        .Where(slots => slots.Key.Key == destination.Key)
        .Sum(slots => slots.Key.Limit - slots.Value.CurrentCount);

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
    internal Task<bool> AdmitLiveTestAsync(string caller, int perMinute) =>
        _state.AdmitPerMinuteAsync("live-test:" + caller, perMinute, _time.GetUtcNow());

    private async Task ReportAsync(Pass pass, AttemptResult result, EgressFailure? failure)
    {
        var error = failure is null ? null : new BreakerError(failure.PolicyName, failure.Reason, failure.Detail);
        var report = await _state.ReportAsync(pass.Destination, new Attempt(result, pass.IsProbe, error, pass.ItemId), _time.GetUtcNow());
        if (report.Change == BreakerChange.None)
            return;

        var opened = report.Change == BreakerChange.Opened;
        EgressTelemetry.BreakerChanges.Add(1, new KeyValuePair<string, object?>("state", opened ? "open" : "closed"));
        LogChange(pass.Destination.Name, opened ? "opened" : "closed", report.LastError?.Reason);
        var change = new BreakerChanged(pass.Destination, opened, report.LastError, report.ExampleItemId, Activity.Current?.TraceId.ToHexString());
        foreach (var observer in _observers)
            observer.BreakerChanged(change);
    }

    [LoggerMessage(LogLevel.Warning, "The breaker of destination {Destination} {Change}; last error {Reason}")]
    private partial void LogChange(string destination, string change, string? reason);

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
