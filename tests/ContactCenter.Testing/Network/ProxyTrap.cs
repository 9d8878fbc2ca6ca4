namespace ContactCenter.Testing.Network;

/// <summary>One direction through a <see cref="ChaosProxy"/>.</summary>
public enum ProxyFlow
{
    /// <summary>What the client sends.</summary>
    ToServer,

    /// <summary>What the server answers.</summary>
    ToClient,
}

/// <summary>Waits in a <see cref="ChaosProxy"/> for a pattern of bytes or for their count, and springs once.</summary>
public sealed class ProxyTrap
{
    /// <summary>Longest pattern, in bytes.</summary>
    public const int MaxPatternLength = 64;

    private readonly byte[] _pattern;
    private readonly bool _isPassedOn;
    private readonly Func<ProxiedConnection, Task> _act;
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _remaining;

    internal ProxyTrap(ProxyFlow flow, byte[] pattern, long count, bool isPassedOn, Func<ProxiedConnection, Task> act)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pattern.Length, MaxPatternLength);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (Flow, _pattern, _remaining, _isPassedOn, _act) = (flow, pattern, count, isPassedOn, act);
    }

    /// <summary>Ends when the trap has sprung and what it does is done; fails if that fails.</summary>
    public Task Sprung => _sprung.Task;

    internal ProxyFlow Flow { get; }

    /// <summary>The only connection to look at; null for all.</summary>
    internal ProxiedConnection? Connection { get; set; }

    /// <summary>Looks for the point at which the trap springs.</summary>
    /// <param name="window">The last bytes seen of this connection and flow, then the new ones.</param>
    /// <param name="fresh">How many bytes are new.</param>
    /// <returns>How many of the new bytes are passed on before the trap acts, or null if it does not spring.</returns>
    internal int? Find(ReadOnlySpan<byte> window, int fresh)
    {
        var seen = window.Length - fresh;
        if (_pattern.Length == 0)
        {
            var before = Interlocked.Add(ref _remaining, -fresh) + fresh;
            return before >= 0 && before < fresh ? (int)before : null;
        }

        for (var from = Math.Max(0, seen - _pattern.Length + 1); from < window.Length;)
        {
            var index = window[from..].IndexOf(_pattern);
            if (index < 0)
                return null;
            var end = from + index + _pattern.Length;
            if (Interlocked.Decrement(ref _remaining) == 0)
                return _isPassedOn ? end - seen : Math.Max(0, from + index - seen);
            from = end;
        }

        return null;
    }

    /// <summary>Acts.</summary>
    /// <param name="connection">Where it was found.</param>
    /// <returns>Whether the connection goes on.</returns>
    internal async Task<bool> SpringAsync(ProxiedConnection connection)
    {
        try
        {
            await _act(connection);
            _sprung.SetResult();
        }
        catch (Exception exception)
        {
            _sprung.SetException(exception);
        }

        return _isPassedOn;
    }
}
