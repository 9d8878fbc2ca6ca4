namespace ContactCenter.Sandbox.Passes;

/// <summary>What came of comparing one part of the suite.</summary>
/// <param name="Count">How many entries are shown.</param>
/// <param name="Differences">What differs from the truth, by kinds of entries.</param>
public sealed record Comparison(int Count, IReadOnlyList<Differences> Differences)
{
    /// <summary>Nothing shown, nothing differs.</summary>
    public static Comparison Nothing { get; } = new(0, []);

    /// <summary>Whether nothing differs.</summary>
    public bool Agrees => Differences.All(differences => differences.None);
}

/// <summary>Waits until all parts of the suite agree with the truth, and says what is still missing.</summary>
/// <remarks>While it waits it reads what differed the last time, and no more: reading a whole day again and again would slow down what it waits for.</remarks>
/// <param name="parts">How each part is compared, by its name.</param>
/// <param name="last">The part that there is nothing to compare of before the others agree.</param>
/// <param name="limit">How long to wait.</param>
/// <param name="say">Receives a line about the progress.</param>
/// <param name="time">The clock.</param>
public sealed class Agreement(
    IReadOnlyDictionary<string, Func<CancellationToken, Task<Comparison>>> parts, string last, TimeSpan limit, Action<FormattableString> say, TimeProvider time)
{
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Comparison> _latest = parts.Keys.ToDictionary(name => name, _ => Comparison.Nothing);

    private List<string> Differing => [.. parts.Keys.Where(name => !_latest[name].Agrees)];

    /// <summary>Waits until all parts agree at a time, or the limit has passed.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The parts as they were read last.</returns>
    public async Task<IReadOnlyDictionary<string, Comparison>> WaitAsync(CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var told = TimeSpan.Zero;
        List<string> open = [.. parts.Keys];
        while (true)
        {
            foreach (var name in open)
                _latest[name] = name != last || Differing.All(other => other == last) ? await parts[name](cancellation) : Comparison.Nothing;
            var elapsed = time.GetElapsedTime(start);
            var differing = Differing;
            if (elapsed > limit || differing.Count == 0 && open.Count == parts.Count)
                return _latest;

            if (elapsed - told >= ProgressPause)
            {
                told = elapsed;
                say($"  waiting for the suite since {elapsed.TotalSeconds:0} s: {(differing.Count == 0 ? "compared once more" : string.Join(", ", differing.SelectMany(Lines)))}");
            }

            // Parts that agreed one after the other may not agree any more: once more all together.
            open = differing.Count == 0 ? [.. parts.Keys] : differing;
            if (differing.Count > 0)
                await Task.Delay(PollPause, time, cancellation);
        }
    }

    private IEnumerable<string> Lines(string part) => _latest[part].Differences.Where(differences => !differences.None)
        .Select(differences => FormattableString.Invariant($"{differences.What} ({differences.Missing.Count} missing, {differences.Unexpected.Count} unexpected)"));
}
