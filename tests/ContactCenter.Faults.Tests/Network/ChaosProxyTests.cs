using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ContactCenter.Testing.Network;

namespace ContactCenter.Faults.Tests.Network;

/// <summary>The proxy before a server that answers each byte with the same byte.</summary>
public sealed class ChaosProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpClient _client = new() { NoDelay = true };
    private ChaosProxy _proxy = null!;
    private NetworkStream _stream = null!;
    private Task _serving = null!;
    private int _served;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        _serving = EchoAsync();
        _proxy = ChaosProxy.Start($"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        await _client.ConnectAsync(IPAddress.Loopback, _proxy.Port, Cancellation);
        _stream = _client.GetStream();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
        _listener.Stop();
        await _serving;
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=5432;Username=a", "Host=127.0.0.1;Port={0};Username=a")]
    [InlineData("amqp://test:test@127.0.0.1:5672/test-1", "amqp://test:test@127.0.0.1:{0}/test-1")]
    [InlineData("127.0.0.1:6379,password=test", "127.0.0.1:{0},password=test")]
    public async Task Connection_strings_lead_to_the_proxy(string before, string after)
    {
        await using var proxy = ChaosProxy.Start(before);
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, after, proxy.Port), proxy.ConnectionString);
    }

    [Fact]
    public async Task Without_a_fault_all_bytes_pass_in_order()
    {
        var bytes = new byte[1_000_000];
        Random.Shared.NextBytes(bytes);
        var sending = _stream.WriteAsync(bytes, Cancellation);
        Assert.Equal(bytes, await ReadAsync(bytes.Length));
        await sending;
        _client.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await _stream.ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(Limit, Cancellation));
        await Eventually.TrueAsync(() => _proxy.ConnectionCount == 0);
    }

    [Fact]
    public async Task Latency_delays_both_directions()
    {
        _proxy.Latency = TimeSpan.FromMilliseconds(100);
        var start = Stopwatch.GetTimestamp();
        Assert.Equal("a", await EchoAsync("a"));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 190, 5_000);
    }

    [Fact]
    public async Task A_slow_reader_takes_the_time_its_rate_says()
    {
        _proxy.BytesPerSecond = 2_000;
        var start = Stopwatch.GetTimestamp();
        await EchoAsync(new string('a', 1_000));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 450, 10_000);
    }

    [Fact]
    public async Task What_is_sent_into_a_frozen_network_arrives_when_it_thaws()
    {
        _proxy.Freeze();
        var echo = EchoAsync("held");
        await Assert.ThrowsAsync<TimeoutException>(() => echo.WaitAsync(TimeSpan.FromMilliseconds(200), Cancellation));
        Assert.Equal(0, _served);
        _proxy.Thaw();
        Assert.Equal("held", await echo);
    }

    [Fact]
    public async Task A_reset_ends_open_connections_and_leaves_new_ones()
    {
        Assert.Equal("a", await EchoAsync("a"));
        _proxy.Reset();
        await Assert.ThrowsAsync<IOException>(() => EchoAsync("b"));
        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, _proxy.Port, Cancellation);
        await second.GetStream().WriteAsync("c"u8.ToArray(), Cancellation);
        Assert.Equal(1, await second.GetStream().ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(Limit, Cancellation));
    }

    [Fact]
    public async Task While_it_refuses_new_connections_are_reset_and_open_ones_go_on()
    {
        Assert.Equal("a", await EchoAsync("a"));
        _proxy.IsRefusing = true;
        using var second = new TcpClient();
        await AssertResetAsync(async () =>
        {
            // The reset may come before or after the client sees the connection as made.
            await second.ConnectAsync(IPAddress.Loopback, _proxy.Port, Cancellation);
            await second.GetStream().ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(Limit, Cancellation);
        });
        Assert.Equal("b", await EchoAsync("b"));
    }

    [Fact]
    public async Task After_a_half_close_the_server_still_gets_what_the_client_sends()
    {
        Assert.Equal("a", await EchoAsync("a"));
        _proxy.HalfClose();
        Assert.Equal(0, await _stream.ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(Limit, Cancellation));
        await _stream.WriteAsync("bcd"u8.ToArray(), Cancellation);
        await Eventually.TrueAsync(() => _served == 4);
    }

    [Fact]
    public async Task A_connection_is_cut_after_exactly_the_bytes_asked_for()
    {
        var trap = _proxy.CutAfter(ProxyFlow.ToServer, 7);
        Assert.Equal("abcde", await EchoAsync("abcde"));
        await _stream.WriteAsync("fghij"u8.ToArray(), Cancellation);
        await trap.Sprung.WaitAsync(Limit, Cancellation);
        await Eventually.TrueAsync(() => _served == 7);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(5));
    }

    [Fact]
    public async Task A_message_is_found_across_reads_and_cut_before_it_reaches_the_other_side()
    {
        var calls = 0;
        var trap = _proxy.CutAt(ProxyFlow.ToServer, "COMMIT", () => Task.FromResult(calls++), after: "INSERT");
        Assert.Equal("one COMMIT;", await EchoAsync("one COMMIT;"));
        Assert.Equal("INSERT", await EchoAsync("INSERT"));
        Assert.Equal("two COM", await EchoAsync("two COM"));
        await _stream.WriteAsync("MIT;"u8.ToArray(), Cancellation);
        await trap.Sprung.WaitAsync(Limit, Cancellation);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(1));
        Assert.Equal((1, 24), (calls, _served));
    }

    [Fact]
    public async Task The_answer_to_a_message_is_lost_after_the_server_has_taken_it()
    {
        var trap = _proxy.CutAt(ProxyFlow.ToClient, "COMMIT");
        await _stream.WriteAsync("COMMIT"u8.ToArray(), Cancellation);
        await trap.Sprung.WaitAsync(Limit, Cancellation);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(1));
        Assert.Equal(6, _served);
    }

    [Fact]
    public async Task A_message_that_is_watched_passes_before_the_action_and_the_connection_goes_on()
    {
        var trap = _proxy.When(ProxyFlow.ToServer, "COMMIT", () => Eventually.TrueAsync(() => _served == 6));
        Assert.Equal("COMMIT rest", await EchoAsync("COMMIT rest"));
        await trap.Sprung.WaitAsync(Limit, Cancellation);
    }

    private static async Task AssertResetAsync(Func<Task> connect)
    {
        var exception = await Record.ExceptionAsync(connect);
        Assert.Equal(SocketError.ConnectionReset, ((exception as SocketException) ?? exception?.InnerException as SocketException)?.SocketErrorCode);
    }

    private async Task<string> EchoAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancellation);
        return Encoding.UTF8.GetString(await ReadAsync(text.Length));
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, Cancellation).AsTask().WaitAsync(Limit, Cancellation);
        return bytes;
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(Cancellation));
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[4096];
            try
            {
                while (await socket.ReceiveAsync(buffer) is var count and > 0)
                {
                    Interlocked.Add(ref _served, count);
                    await socket.SendAsync(buffer.AsMemory(0, count));
                }
            }
            catch (SocketException)
            {
                // The proxy has reset the connection.
            }
        }
    }
}
