using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>
/// Hands password and passphrase to one ssh process (STO-20). ssh starts this very program for each prompt; that connects to a
/// socket in a folder that only this user can enter, says what it was asked, and gets an answer if there is one for this prompt,
/// once. Nothing is on a command line, in an environment variable or on a disk.
/// </summary>
internal sealed class AskPass : IAsyncDisposable
{
    /// <summary>Names the socket to the helper.</summary>
    private const string SocketVariable = "CONTACTCENTER_ASKPASS";

    private const int LongestText = 4 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;
    private string? _password;
    private string? _passphrase;

    /// <summary>Begins to listen.</summary>
    /// <param name="folder">A folder that only this user can enter.</param>
    /// <param name="password">Answer to the one question for a password; null for none.</param>
    /// <param name="passphrase">Answer to the one question for the passphrase of a key; null for none.</param>
    public AskPass(string folder, string? password, string? passphrase)
    {
        (_password, _passphrase) = (password, passphrase);
        _path = Path.Combine(folder, "askpass");
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>What ssh has to be told, as environment variables.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("SSH_ASKPASS", Path.Combine(AppContext.BaseDirectory, "ContactCenter.StorageExport")),
        new("SSH_ASKPASS_REQUIRE", "force"),
        new(SocketVariable, _path),
    ];

    /// <summary>Whether this process was started by ssh to answer a prompt.</summary>
    public static bool IsAsked => System.Environment.GetEnvironmentVariable(SocketVariable) is { Length: > 0 };

    /// <summary>Gets the answer to a prompt and prints it, as ssh wants it.</summary>
    /// <param name="prompt">What ssh asked.</param>
    /// <returns>The exit code: 0 if there was an answer.</returns>
    public static async Task<int> AnswerAsync(string prompt)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(System.Environment.GetEnvironmentVariable(SocketVariable)!), limit.Token);
            await socket.SendAsync(Encoding.UTF8.GetBytes(prompt), limit.Token);
            socket.Shutdown(SocketShutdown.Send);
            var answer = await ReadAsync(socket, limit.Token);
            Console.Out.Write(answer);
            return answer.Length > 0 ? 0 : 1;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return 1;
        }
    }

    /// <summary>Stops to listen; what was not asked for is forgotten.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
        (_password, _passphrase) = (null, null);
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var helper = await _listener.AcceptAsync(_end.Token);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                limit.CancelAfter(Patience);
                if (AnswerOnce(await ReadAsync(helper, limit.Token)) is { } answer)
                    await helper.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), limit.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // A helper that went away asks no more; an ended listener ends the loop.
            }
        }
    }

    /// <summary>The answer to a prompt, the first time it is asked; never to a question about a host's key.</summary>
    private string? AnswerOnce(string prompt)
    {
        if (prompt.StartsWith("Enter passphrase", StringComparison.Ordinal))
            return Interlocked.Exchange(ref _passphrase, null);
        return prompt.TrimEnd().EndsWith("assword:", StringComparison.Ordinal) ? Interlocked.Exchange(ref _password, null) : null;
    }

    /// <summary>Reads until the other side has said all.</summary>
    private static async Task<string> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>(LongestText);
        while (text.WrittenCount < LongestText && await socket.ReceiveAsync(text.GetMemory(1), cancellationToken) is > 0 and var read)
            text.Advance(read);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
