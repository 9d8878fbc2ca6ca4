using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Running;

/// <summary>Finds loopback ports that nobody listens on, each only once.</summary>
internal sealed class FreePorts
{
    // Below the range that outgoing connections take theirs from, so that none of them takes a port away before its owner listens.
    private const int First = 20_000;
    private const int End = 32_000;

    private readonly HashSet<int> _given = [];

    /// <summary>Marks a port that somebody asked for by number.</summary>
    public void Reserve(int port) => _given.Add(port);

    /// <summary>Gives out a port.</summary>
    /// <exception cref="DistributedApplicationException">None is free.</exception>
    public int Take()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (!_given.Contains(port) && IsFree(port))
            {
                _given.Add(port);
                return port;
            }
        }

        throw new DistributedApplicationException($"No free port between {First} and {End} on 127.0.0.1.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
