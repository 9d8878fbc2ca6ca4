using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace ContactCenter.Testing;

/// <summary>Waits for what another process or thread does, and no longer than necessary.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="condition">The question; asked every few milliseconds.</param>
    /// <param name="limit">How long to ask; two minutes if not given.</param>
    /// <param name="text">Filled in by the compiler: names the question in the failure.</param>
    /// <exception cref="TimeoutException">The answer was still no at the end.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan? limit = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > (limit ?? Limit))
                throw new TimeoutException($"Not true within {limit ?? Limit}: {text}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, TimeSpan?, string)" />
    public static Task TrueAsync(Func<bool> condition, TimeSpan? limit = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        TrueAsync(() => Task.FromResult(condition()), limit, text);
}
