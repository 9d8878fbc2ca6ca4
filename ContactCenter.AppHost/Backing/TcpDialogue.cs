using System.Net;
using System.Net.Sockets;

namespace ContactCenter.AppHost.Backing;

/// <summary>Asks a server one thing over TCP and compares the beginning of its answer.</summary>
internal static class TcpDialogue
{
    /// <summary>Connects, sends, and waits until as many bytes arrived as are expected.</summary>
    /// <param name="address">IP address and port.</param>
    /// <param name="question">What is sent; may be empty.</param>
    /// <param name="answer">What the server has to begin with.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server answered something else.</exception>
    public static async Task ExpectAsync(string address, byte[] question, byte[] answer, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address), cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(question, cancellation);
        var received = new byte[answer.Length];
        await stream.ReadExactlyAsync(received, cancellation);
        if (!received.AsSpan().SequenceEqual(answer)) throw new InvalidOperationException($"The server at {address} gave an unexpected answer.");
    }
}
