using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>
/// Counts calls without a valid key by address (SEC-8), in a table of fixed size: addresses that share a place are counted
/// together, which no valid call notices. An IPv6 address counts with its network of 64 bits.
/// </summary>
/// <param name="clock">When calls fail.</param>
internal sealed class FailureLimiter(TimeProvider clock)
{
    /// <summary>Most failures of an address within <see cref="Window"/>.</summary>
    public const int Limit = 20;

    /// <summary>What failures are counted in.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int Places = 8_192;

    // The hash of an address differs from process to process, so that nobody can choose whom to share a place with.
    private readonly int _seed = Random.Shared.Next();
    private readonly Place?[] _places = new Place?[Places];

    /// <summary>Counts a failure.</summary>
    /// <returns>True if the address has more than 20 within the last minute, this one included.</returns>
    public bool CountFailure(IPAddress? address)
    {
        ref var place = ref _places[(uint)HashCode.Combine(_seed, NetworkOf(address)) % Places];
        return (place ?? Interlocked.CompareExchange(ref place, new Place(), null) ?? place).Add(clock);
    }

    private static ulong NetworkOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.MapToIPv6().TryWriteBytes(bytes, out _))
            return 0;
        // An IPv4 address stands in the last four of its sixteen bytes.
        var isIPv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        return BinaryPrimitives.ReadUInt64BigEndian(isIPv4 ? bytes[8..] : bytes[..8]);
    }

    /// <summary>The times of the last 20 failures.</summary>
    private sealed class Place
    {
        private readonly long[] _times = new long[Limit];
        private int _count;
        private int _oldest;

        public bool Add(TimeProvider clock)
        {
            lock (_times)
            {
                var now = clock.GetTimestamp();
                var over = _count == Limit && clock.GetElapsedTime(_times[_oldest], now) < Window;
                _times[_oldest] = now;
                _oldest = (_oldest + 1) % Limit;
                _count = Math.Min(_count + 1, Limit);
                return over;
            }
        }
    }
}
