using System.Collections.Concurrent;
using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.Limits;

/// <summary>The rules of <c>admit.lua</c> and <c>report.lua</c> in this process, at a share of rate and budget (EGR-21).</summary>
internal sealed class LocalDestinationState(int assumedReplicas) : IDestinationState
{
    private const int MaxReservations = 100_000;

    private readonly ConcurrentDictionary<string, State> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Queue<DateTimeOffset>> _minutes = new(StringComparer.Ordinal);

    public Task<Admission> AdmitAsync(Destination destination, string? reservationId, DateTimeOffset now)
    {
        var state = StateOf(destination);
        lock (state)
            return Task.FromResult(Admit(state, destination, reservationId, StateTimes.Microseconds(now), now));
    }

    public Task<BreakerReport> ReportAsync(Destination destination, Attempt attempt, DateTimeOffset now)
    {
        var state = StateOf(destination);
        lock (state)
            return Task.FromResult(Report(state, destination.Breaker, attempt, StateTimes.Microseconds(now)));
    }

    public Task<DestinationStatus> StatusAsync(Destination destination, DateTimeOffset now)
    {
        var state = StateOf(destination);
        lock (state)
        {
            var time = StateTimes.Microseconds(now);
            state.Follow(destination.BreakerResets);
            var isBudgetDay = destination.Rate.DayBudget is not null && state.Day == StateTimes.BudgetDay(destination.Rate, now).Day;
            return Task.FromResult(new DestinationStatus(
                state.OpenUntil is { } until ? StateTimes.FromMicroseconds(Math.Max(0, until - time)) : null,
                state.LastError,
                state.ExampleItemId,
                StateTimes.TokensLeft(state.Next, Interval(destination.Rate), Burst(destination.Rate), time),
                isBudgetDay ? state.Used : 0));
        }
    }

    public Task<bool> AdmitPerMinuteAsync(string key, int limit, DateTimeOffset now)
    {
        var times = _minutes.GetOrAdd(key, static _ => new Queue<DateTimeOffset>());
        lock (times)
        {
            while (times.TryPeek(out var oldest) && (oldest <= now.AddMinutes(-1) || oldest > now.AddMinutes(1)))
                times.Dequeue();
            if (times.Count >= Math.Max(1, limit / assumedReplicas))
                return Task.FromResult(false);
            times.Enqueue(now);
            return Task.FromResult(true);
        }
    }

    private long Interval(RateLimit rate) => StateTimes.Interval(rate) * assumedReplicas;

    private int Burst(RateLimit rate) => Math.Max(1, rate.Burst / assumedReplicas);

    private State StateOf(Destination destination) => _states.GetOrAdd(destination.Key, static _ => new State());

    private Admission Admit(State state, Destination destination, string? reservationId, long now, DateTimeOffset time)
    {
        var isProbe = false;
        state.Follow(destination.BreakerResets);
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
            var interval = Interval(destination.Rate);
            var next = Math.Max(state.Next, now - (Burst(destination.Rate) * interval)) + interval;
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

    private static BreakerReport Report(State state, BreakerSettings settings, Attempt attempt, long now)
    {
        var result = attempt.Result;
        if (state.OpenUntil is not null)
        {
            if (!attempt.IsProbe)
                return default;
            if (result == AttemptResult.Failed)
                return state.Open(now, Math.Min(2 * state.OpenLength, StateTimes.Microseconds(settings.MaxOpen)), attempt);
            state.ProbeUntil = 0;
            if (result == AttemptResult.None || ++state.Passed < settings.SuccessesToClose)
                return default;
            var closed = new BreakerReport(BreakerChange.Closed, state.LastError, state.ExampleItemId);
            state.Close();
            return closed;
        }

        if (result == AttemptResult.None)
            return default;
        var second = now / 1_000_000;
        var window = (long)settings.Window.TotalSeconds;
        var (attempts, failures) = state.Cells.GetValueOrDefault(second);
        state.Cells[second] = (attempts + 1, failures + (result == AttemptResult.Failed ? 1 : 0));
        foreach (var old in state.Cells.Keys.Where(at => at <= second - window || at > second + window).ToList())
            state.Cells.Remove(old);
        (attempts, failures) = (state.Cells.Values.Sum(cell => cell.Attempts), state.Cells.Values.Sum(cell => cell.Failures));
        return attempts >= settings.MinAttempts && failures >= settings.FailureRatio * attempts
            ? state.Open(now, StateTimes.Microseconds(settings.Open), attempt)
            : default;
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

        public BreakerError? LastError { get; private set; }

        public string? ExampleItemId { get; private set; }

        private long Resets { get; set; }

        public BreakerReport Open(long now, long length, Attempt attempt)
        {
            Close();
            (OpenUntil, OpenLength, LastError, ExampleItemId) = (now + length, length, attempt.Error, attempt.ItemId);
            Cells.Clear();
            return new BreakerReport(BreakerChange.Opened, LastError, ExampleItemId);
        }

        public void Close()
        {
            (OpenUntil, OpenLength, ProbeUntil, Passed, LastError, ExampleItemId) = (null, 0, 0, 0, null, null);
        }

        /// <summary>Closes the breaker if an operator has done so since the last call.</summary>
        public void Follow(long resets)
        {
            if (resets <= Resets)
                return;
            Resets = resets;
            Close();
            Cells.Clear();
        }
    }
}
