using System.Collections.Concurrent;
using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.Limits;

/// <summary>The rules of <c>admit.lua</c> and <c>report.lua</c> in this process, at a share of rate and budget (EGR-21).</summary>
internal sealed class LocalDestinationState(int assumedReplicas) : IDestinationState
{
    private const int MaxReservations = 100_000;

    private readonly ConcurrentDictionary<string, State> _states = new(StringComparer.Ordinal);

    public Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now)
    {
        var state = StateOf(destination);
        lock (state)
            return Task.FromResult(Admit(state, destination, reservationId, StateTimes.Microseconds(now), now));
    }

    public Task<BreakerChange> ReportAsync(Destination destination, AttemptResult result, bool isProbe, DateTimeOffset now)
    {
        var state = StateOf(destination);
        lock (state)
            return Task.FromResult(Report(state, destination.Breaker, result, isProbe, StateTimes.Microseconds(now)));
    }

    public Task ResetBreakerAsync(Destination destination)
    {
        var state = StateOf(destination);
        lock (state)
        {
            state.Close();
            state.Cells.Clear();
        }

        return Task.CompletedTask;
    }

    public Task<TimeSpan?> OpenForAsync(Destination destination, DateTimeOffset now)
    {
        var state = StateOf(destination);
        lock (state)
        {
            return Task.FromResult<TimeSpan?>(state.OpenUntil is { } until
                ? StateTimes.FromMicroseconds(Math.Max(0, until - StateTimes.Microseconds(now)))
                : null);
        }
    }

    private State StateOf(Destination destination) => _states.GetOrAdd(destination.Key, static _ => new State());

    private Admission Admit(State state, Destination destination, string? reservationId, long now, DateTimeOffset time)
    {
        var isProbe = false;
        if (state.OpenUntil is { } until)
        {
            var left = until - now;
            if (left > 0 && left <= StateTimes.Microseconds(destination.Breaker.MaxOpen))
                return new Admission(AdmissionKind.BreakerOpen, StateTimes.FromMicroseconds(left), false);
            var busy = state.ProbeUntil - now;
            if (busy > 0 && busy <= StateTimes.Microseconds(StateTimes.ProbeLease))
                return new Admission(AdmissionKind.BreakerOpen, StateTimes.FromMicroseconds(Math.Min(busy, 1_000_000)), false);
            isProbe = true;
        }

        if (destination.Rate.DayBudget is { } budget)
        {
            var (day, left) = StateTimes.BudgetDay(destination.Rate, time);
            if (state.Day != day)
                (state.Day, state.Used) = (day, 0);
            if (state.Used >= Math.Max(1, budget / assumedReplicas))
                return new Admission(AdmissionKind.Throttled, left, false);
        }

        long wait;
        if (reservationId is not null && state.Reservations.TryGetValue(reservationId, out var slot))
        {
            wait = Math.Max(0, slot - now);
            if (wait > StateTimes.Microseconds(StateTimes.Patience))
                return new Admission(AdmissionKind.Throttled, StateTimes.FromMicroseconds(wait), false);
            state.Reservations.Remove(reservationId);
        }
        else
        {
            var interval = StateTimes.Interval(destination.Rate) * assumedReplicas;
            var burst = Math.Max(1, destination.Rate.Burst / assumedReplicas);
            var next = Math.Max(state.Next, now - (burst * interval)) + interval;
            wait = Math.Max(0, next - now);
            var patient = wait <= StateTimes.Microseconds(StateTimes.Patience);
            var reserve = reservationId is not null && state.Reservations.Count < MaxReservations;
            if (patient || reserve)
                state.Next = next;
            if (!patient)
            {
                if (reserve)
                    state.Reservations[reservationId!] = next;
                return new Admission(AdmissionKind.Throttled, StateTimes.FromMicroseconds(wait), false);
            }
        }

        state.Used++;
        if (isProbe)
            state.ProbeUntil = now + StateTimes.Microseconds(StateTimes.ProbeLease);
        return new Admission(AdmissionKind.Pass, StateTimes.FromMicroseconds(wait), isProbe);
    }

    private static BreakerChange Report(State state, BreakerSettings settings, AttemptResult result, bool isProbe, long now)
    {
        if (state.OpenUntil is not null)
        {
            if (!isProbe)
                return BreakerChange.None;
            if (result == AttemptResult.Failed)
                return state.Open(now, Math.Min(2 * state.OpenLength, StateTimes.Microseconds(settings.MaxOpen)));
            state.ProbeUntil = 0;
            if (result == AttemptResult.None || ++state.Passed < settings.SuccessesToClose)
                return BreakerChange.None;
            state.Close();
            return BreakerChange.Closed;
        }

        if (result == AttemptResult.None)
            return BreakerChange.None;
        var second = now / 1_000_000;
        var window = (long)settings.Window.TotalSeconds;
        var (attempts, failures) = state.Cells.GetValueOrDefault(second);
        state.Cells[second] = (attempts + 1, failures + (result == AttemptResult.Failed ? 1 : 0));
        foreach (var old in state.Cells.Keys.Where(at => at <= second - window || at > second + window).ToList())
            state.Cells.Remove(old);
        (attempts, failures) = (state.Cells.Values.Sum(cell => cell.Attempts), state.Cells.Values.Sum(cell => cell.Failures));
        return attempts >= settings.MinAttempts && failures >= settings.FailureRatio * attempts
            ? state.Open(now, StateTimes.Microseconds(settings.Open))
            : BreakerChange.None;
    }

    private sealed class State
    {
        public Dictionary<string, long> Reservations { get; } = new(StringComparer.Ordinal);

        public Dictionary<long, (int Attempts, int Failures)> Cells { get; } = [];

        public long Next { get; set; }

        public DateOnly Day { get; set; }

        public long Used { get; set; }

        public long? OpenUntil { get; private set; }

        public long OpenLength { get; private set; }

        public long ProbeUntil { get; set; }

        public int Passed { get; set; }

        public BreakerChange Open(long now, long length)
        {
            Close();
            (OpenUntil, OpenLength) = (now + length, length);
            Cells.Clear();
            return BreakerChange.Opened;
        }

        public void Close()
        {
            (OpenUntil, OpenLength, ProbeUntil, Passed) = (null, 0, 0, 0);
        }
    }
}
