using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.Sandbox;

/// <summary>
/// Random numbers that are the same for the same key on every machine and runtime. System.Random promises that for
/// no later version of .NET, and one shared sequence would make each task depend on all tasks before it.
/// </summary>
/// <param name="key">What the sequence belongs to, such as seed, day and number of a task.</param>
public sealed class Dice(string key)
{
    private ulong _state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    /// <param name="low">The smallest result.</param>
    /// <param name="high">The largest result; at least <paramref name="low"/>.</param>
    /// <returns>The number thrown.</returns>
    public int Between(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    /// <summary>A duration in whole milliseconds.</summary>
    /// <param name="lowSeconds">The shortest, in seconds.</param>
    /// <param name="highSeconds">The longest, in seconds.</param>
    /// <returns>The duration thrown.</returns>
    public TimeSpan Seconds(double lowSeconds, double highSeconds) =>
        TimeSpan.FromMilliseconds(Between((int)(lowSeconds * 1000), (int)(highSeconds * 1000)));

    /// <summary>True in <paramref name="percent"/> of 100 throws.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <returns>Whether it happened.</returns>
    public bool Chance(int percent) => Between(1, 100) <= percent;

    /// <summary>One of the given items, each as likely as the others.</summary>
    /// <typeparam name="T">The kind of item.</typeparam>
    /// <param name="items">At least one item.</param>
    /// <returns>The item thrown.</returns>
    public T Pick<T>(IReadOnlyList<T> items) => items[Between(0, items.Count - 1)];

    /// <summary>One of the given items, each as likely as its weight says.</summary>
    /// <typeparam name="T">The kind of item.</typeparam>
    /// <param name="items">Items with positive weights.</param>
    /// <returns>The item thrown.</returns>
    public T Weighted<T>(IReadOnlyList<(T Item, int Weight)> items)
    {
        var left = Between(1, items.Sum(i => i.Weight));
        foreach (var (item, weight) in items)
        {
            left -= weight;
            if (left <= 0)
                return item;
        }
        throw new ArgumentException("No item has a weight.", nameof(items));
    }

    // SplitMix64: small, well distributed and fully specified.
    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
