using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>
/// SFTP version 3 over two streams: requests go out without waiting for the answers to earlier ones, and each answer finds its
/// request by number (STO-19, STO-23, STO-25). Thread-safe. Whatever breaks the dialogue ends the connection, never the process.
/// </summary>
internal sealed partial class SftpConnection : IAsyncDisposable
{
    /// <summary>The version that is spoken.</summary>
    public const uint Version = 3;

    /// <summary>Most unanswered writes if nothing else is said.</summary>
    public const int DefaultWritesInFlight = 64;

    private const int LargestPacket = (256 * 1024) + 1024;

    private const int MostBytesInFlight = 16 * 1024 * 1024;

    /// <summary>From this size on a packet is not copied together with others.</summary>
    private const int Large = 16 * 1024;

    private readonly TimeProvider _time;
    private readonly TimeSpan _stall;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<SftpAnswer>> _waiting = new();
    private readonly CancellationTokenSource _end = new();
    private long _lastAnswer;
    private uint _lastId;
    private SftpConnectionLostException? _loss;
    private Task _loops = Task.CompletedTask;

    private SftpConnection(Stream input, Stream output, TimeProvider time, TimeSpan stall)
    {
        (_time, _stall, _lastAnswer) = (time, stall, time.GetTimestamp());
        _input = PipeReader.Create(input, new(bufferSize: 64 * 1024));
        _output = PipeWriter.Create(output, new(minimumBufferSize: 64 * 1024));
    }

    /// <summary>What the server offers.</summary>
    public SftpServerFeatures Features { get; private set; } = null!;

    /// <summary>Most writes of all its uploads together that may have no answer yet (STO-25).</summary>
    public int WritesInFlight { get; private set; }

    /// <summary>To be entered before bytes are read that are to be written, and left when they are answered.</summary>
    public SemaphoreSlim WriteWindow { get; private set; } = null!;

    /// <summary>Agrees with the server on the version, and asks for its limits.</summary>
    /// <param name="input">What the server sends; closed with the connection.</param>
    /// <param name="output">What is sent to it; closed with the connection.</param>
    /// <param name="time">Measures the silence of the server.</param>
    /// <param name="stall">Longest silence while an answer is due (STO-30).</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <param name="writesInFlight">Most unanswered writes; fewer if they come to more than 16 MiB.</param>
    /// <exception cref="StoreException"><c>SFTP_VERSION_UNSUPPORTED</c>.</exception>
    /// <exception cref="SftpConnectionLostException">The server went away or speaks no SFTP.</exception>
    public static async Task<SftpConnection> OpenAsync(
        Stream input, Stream output, TimeProvider time, TimeSpan stall, CancellationToken cancellationToken, int writesInFlight = DefaultWritesInFlight)
    {
        var connection = new SftpConnection(input, output, time, stall);
        try
        {
            await connection.BeginAsync(cancellationToken);
            connection.WritesInFlight = Math.Clamp(MostBytesInFlight / connection.Features.MaxWrite, 1, writesInFlight);
            connection.WriteWindow = new(connection.WritesInFlight);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="type">The type of the packet.</param>
    /// <param name="fields">Writes what follows the number.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Ends the wait; the request may still be carried out.</param>
    /// <param name="data">Bytes that end the packet, with their length before them; null for none. To be left alone until the answer is there.</param>
    private async Task<T> AskAsync<T>(
        SftpPacketType type, Action<SftpPacketWriter> fields, Func<SftpAnswer, T> read, CancellationToken cancellationToken, ReadOnlyMemory<byte>? data = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var packet = new SftpPacketWriter(type).UInt32(id);
        fields(packet);
        if (data is { } bytes)
            packet.UInt32((uint)bytes.Length);
        var answer = new TaskCompletionSource<SftpAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        if (!_requests.Writer.TryWrite(new(packet.Finish(data?.Length ?? 0), data ?? default)))
            Lose(_loss ?? new("The SFTP connection is closed."));
        try
        {
            return read(await AnswerAsync(answer.Task, cancellationToken));
        }
        catch (InvalidDataException error)
        {
            Lose(new("The SFTP server does not keep to the protocol.", error));
            throw _loss!;
        }
    }

    /// <summary>Waits for an answer as long as the server answers anything at all.</summary>
    private async Task<SftpAnswer> AnswerAsync(Task<SftpAnswer> answer, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await answer.WaitAsync(_stall, _time, cancellationToken);
            }
            catch (TimeoutException) when (_time.GetElapsedTime(Volatile.Read(ref _lastAnswer)) >= _stall)
            {
                Lose(new($"The SFTP server has not answered for {_stall.TotalSeconds:0} s."));
            }
            catch (TimeoutException)
            {
                // It is busy with what was asked before.
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        uint version;
        HashSet<string> offered;
        try
        {
            await _output.WriteAsync(new SftpPacketWriter(SftpPacketType.Init).UInt32(Version).Finish(), cancellationToken);
            var hello = await ReadPacketAsync(cancellationToken) ?? throw new SftpConnectionLostException("The SFTP server ended the connection before it began.");
            (version, offered) = ReadHello(hello);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new SftpConnectionLostException("The server does not speak SFTP.", error);
        }

        if (version < Version)
            throw new StoreException(StorageErrors.SftpVersionUnsupported, $"The server speaks SFTP version {version}; {Version} is needed.", concernsStore: true);
        _loops = Task.WhenAll(Task.Run(SendAsync, CancellationToken.None), Task.Run(ReceiveAsync, CancellationToken.None));
        Features = SftpServerFeatures.Of(offered, await AskLimitsAsync(offered, cancellationToken));
    }

    private static (uint Version, HashSet<string> Offered) ReadHello(SftpAnswer hello)
    {
        if (hello.Type != SftpPacketType.Version)
            throw new InvalidDataException("The SFTP server did not begin with its version.");
        var version = hello.UInt32();
        var offered = new HashSet<string>(StringComparer.Ordinal);
        while (!hello.IsAtEnd)
        {
            offered.Add(hello.Text());
            hello.Bytes();
        }

        return (version, offered);
    }

    private async Task<(ulong Read, ulong Write)> AskLimitsAsync(HashSet<string> offered, CancellationToken cancellationToken) => !offered.Contains(SftpExtension.Limits)
        ? default
        : await AskAsync(
            SftpPacketType.Extended,
            packet => packet.Text(SftpExtension.Limits),
            answer =>
            {
                answer.Expect(SftpPacketType.ExtendedReply).UInt64();
                return (answer.UInt64(), answer.UInt64());
            },
            cancellationToken);

    private async Task SendAsync()
    {
        try
        {
            await foreach (var request in _requests.Reader.ReadAllAsync(_end.Token))
            {
                Write(request.Packet.Span);
                if (request.Data.Length >= Large)
                    await _output.WriteAsync(request.Data, _end.Token);
                else
                    Write(request.Data.Span);

                // What was asked meanwhile goes out together.
                if (!_requests.Reader.TryPeek(out _))
                    await _output.FlushAsync(_end.Token);
            }
        }
        catch (Exception error)
        {
            Lose(new("The SFTP server does not take requests any more.", error));
        }

        void Write(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_output.GetSpan(bytes.Length));
            _output.Advance(bytes.Length);
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await ReadPacketAsync(_end.Token) is { } answer)
            {
                Volatile.Write(ref _lastAnswer, _time.GetTimestamp());
                if (!_waiting.TryRemove(answer.UInt32(), out var request))
                    throw new InvalidDataException("The SFTP server answered a request that nobody made.");
                request.SetResult(answer);
            }

            Lose(new("The SFTP server ended the connection."));
        }
        catch (Exception error)
        {
            Lose(new("The SFTP connection broke.", error));
        }
    }

    /// <summary>Reads a packet; null at the end.</summary>
    private async Task<SftpAnswer?> ReadPacketAsync(CancellationToken cancellationToken)
    {
        var read = await _input.ReadAtLeastAsync(sizeof(uint), cancellationToken);
        if (read.Buffer.Length < sizeof(uint))
            return read.Buffer.IsEmpty ? null : throw new InvalidDataException("The SFTP server ended the connection within a packet.");
        var length = ReadLength(read.Buffer);
        _input.AdvanceTo(read.Buffer.GetPosition(sizeof(uint)));
        if (length is 0 or > LargestPacket)
            throw new InvalidDataException($"The SFTP server sent a packet of {length} bytes.");

        read = await _input.ReadAtLeastAsync((int)length, cancellationToken);
        if (read.Buffer.Length < length)
            throw new InvalidDataException("The SFTP server ended the connection within a packet.");
        var answer = new SftpAnswer((SftpPacketType)read.Buffer.FirstSpan[0], read.Buffer.Slice(1, length - 1).ToArray());
        _input.AdvanceTo(read.Buffer.GetPosition(length));
        return answer;
    }

    private static uint ReadLength(ReadOnlySequence<byte> buffer)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        buffer.Slice(0, sizeof(uint)).CopyTo(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Ends the connection: nobody waits for an answer that does not come.</summary>
    private void Lose(SftpConnectionLostException loss)
    {
        loss = Interlocked.CompareExchange(ref _loss, loss, null) ?? loss;
        _requests.Writer.TryComplete();
        _end.Cancel();
        foreach (var id in _waiting.Keys)
        {
            if (_waiting.TryRemove(id, out var request))
                request.SetException(loss);
        }
    }

    /// <summary>Closes both streams.</summary>
    public async ValueTask DisposeAsync()
    {
        Lose(new("The SFTP connection is closed."));
        // Reading from a program's output is not interrupted by a token; closing the streams ends it.
        await _output.CompleteAsync();
        await _input.CompleteAsync();
        await _loops;
        _end.Dispose();
    }

    private readonly record struct Request(ReadOnlyMemory<byte> Packet, ReadOnlyMemory<byte> Data);
}
