using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ContactCenter.Testing.Network;

/// <summary>
/// A TCP proxy on loopback before one server, which does to connections what networks do: delay, stall, reset, half-close
/// and slow them, and cut them after a number of bytes or at a message on the wire, such as the answer to COMMIT.
/// </summary>
/// <remarks>A trap can also act on what it sees, for instance kill the client's process at exactly that step.</remarks>
public sealed partial class ChaosProxy : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = [];
    private readonly ConcurrentDictionary<ProxyTrap, int> _traps = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _frozen;

    private ChaosProxy(int serverPort, string connectionString)
    {
        _server = new IPEndPoint(IPAddress.Loopback, serverPort);
        _listener.Start();
        ConnectionString = PortPattern().Replace(connectionString, $"${{before}}{Port.ToString(CultureInfo.InvariantCulture)}", 1);
        _accepting = AcceptAsync();
    }

    /// <summary>The server's connection string, by way of this proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the proxy listens, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Open connections.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>How long everything that is sent waits, in each direction; zero for not at all.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>How fast each side reads what the other sends, at most; null for as fast as it can.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>Whether new connections are reset, as if nobody listened.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>Starts a proxy before a server on this machine.</summary>
    /// <param name="connectionString">Of Postgres (<c>Host=127.0.0.1;Port=…</c>), RabbitMQ (<c>amqp://…@127.0.0.1:…</c>), Redis (<c>127.0.0.1:…</c>) or HTTP.</param>
    /// <exception cref="ArgumentException">It names no port.</exception>
    public static ChaosProxy Start(string connectionString)
    {
        var port = PortPattern().Match(connectionString);
        return port.Success
            ? new ChaosProxy(int.Parse(port.Groups["port"].Value, CultureInfo.InvariantCulture), connectionString)
            : throw new ArgumentException("A connection string with host 127.0.0.1 and a port is needed.", nameof(connectionString));
    }

    /// <summary>Lets nothing through in either direction until <see cref="Thaw"/>, without a sign to either end: a network that drops every packet.</summary>
    public void Freeze() => _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends <see cref="Freeze"/>: what was held arrives.</summary>
    public void Thaw() => Interlocked.Exchange(ref _frozen, null)?.SetResult();

    /// <summary>Resets all open connections; new ones are taken, unless <see cref="IsRefusing"/>.</summary>
    public void Reset()
    {
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    /// <summary>Tells the clients of all open connections that the server sends no more, while what they send still arrives.</summary>
    public void HalfClose()
    {
        foreach (var connection in _connections.Keys)
            connection.HalfClose();
    }

    /// <summary>Resets the connection on which the given number of bytes has passed from now on, over all connections of this flow.</summary>
    public ProxyTrap CutAfter(ProxyFlow flow, long bytes) => Add(new ProxyTrap(flow, [], bytes, isPassedOn: false, _ => Task.CompletedTask));

    /// <summary>Cuts a connection at a message: the text's bytes are not passed on, <paramref name="act"/> is done, then the connection is reset.</summary>
    /// <param name="flow">Where to look.</param>
    /// <param name="pattern">Bytes to look for, up to <see cref="ProxyTrap.MaxPatternLength"/>.</param>
    /// <param name="act">Done before the reset, while the message is held; nothing if not given.</param>
    /// <param name="after">What the client must have sent before on the same connection, such as a statement of the transaction that is meant: others may commit, too.</param>
    public ProxyTrap CutAt(ProxyFlow flow, byte[] pattern, Func<Task>? act = null, string? after = null)
    {
        var cut = new ProxyTrap(flow, pattern, 1, isPassedOn: false, _ => act?.Invoke() ?? Task.CompletedTask);
        if (after is null)
            return Add(cut);
        Add(new ProxyTrap(ProxyFlow.ToServer, Encoding.UTF8.GetBytes(after), 1, isPassedOn: true, connection =>
        {
            cut.Connection = connection;
            Add(cut);
            return Task.CompletedTask;
        }));
        return cut;
    }

    /// <summary>Acts when a message has passed; the connection goes on after that.</summary>
    /// <param name="flow">Where to look.</param>
    /// <param name="pattern">Bytes to look for, up to <see cref="ProxyTrap.MaxPatternLength"/>.</param>
    /// <param name="act">Done when the message has been sent on, before what follows it.</param>
    public ProxyTrap When(ProxyFlow flow, byte[] pattern, Func<Task> act) =>
        Add(new ProxyTrap(flow, pattern, 1, isPassedOn: true, _ => act()));

    /// <inheritdoc cref="CutAt(ProxyFlow, byte[], Func{Task}, string)" />
    public ProxyTrap CutAt(ProxyFlow flow, string pattern, Func<Task>? act = null, string? after = null) =>
        CutAt(flow, Encoding.UTF8.GetBytes(pattern), act, after);

    /// <inheritdoc cref="When(ProxyFlow, byte[], Func{Task})" />
    public ProxyTrap When(ProxyFlow flow, string pattern, Func<Task> act) => When(flow, Encoding.UTF8.GetBytes(pattern), act);

    /// <summary>Forgets a trap, if it has not sprung.</summary>
    public void Remove(ProxyTrap trap) => _traps.TryRemove(trap, out _);

    /// <summary>Resets what is open and listens no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Thaw();
        await _accepting;
        Reset();
        await Task.WhenAll(_connections.Values);
    }

    internal IEnumerable<ProxyTrap> Traps(ProxyFlow flow, ProxiedConnection connection) =>
        _traps.IsEmpty ? [] : _traps.Keys.Where(trap => trap.Flow == flow && (trap.Connection ?? connection) == connection);

    internal Task HoldAsync() => _frozen?.Task ?? Task.CompletedTask;

    [GeneratedRegex("""(?<before>(Port=|127\.0\.0\.1:))(?<port>\d+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PortPattern();

    private ProxyTrap Add(ProxyTrap trap)
    {
        _traps[trap] = 0;
        return trap;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException)
            {
                // It listens no more.
                return;
            }

            _ = ConnectAsync(client);
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var connection = new ProxiedConnection(this, client, server);
        try
        {
            if (IsRefusing)
            {
                connection.Reset();
                return;
            }

            using var limit = new CancellationTokenSource(ConnectLimit);
            await server.ConnectAsync(_server, limit.Token);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            connection.Reset();
            return;
        }

        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = running.Task;
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
        running.SetResult();
    }
}
