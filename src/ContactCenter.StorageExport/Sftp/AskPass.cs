using System.Buffers;
using System.IO.Pipes;
using System.Text;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>
/// Hands password and passphrase to one ssh process (STO-20). ssh starts this very program for each prompt; that connects to a
/// pipe in a folder that only this user can enter, says what it was asked, and gets an answer if there is one for this prompt,
/// once. Nothing is on a command line, in an environment variable or on a disk.
/// </summary>
internal sealed class AskPass : IAsyncDisposable
{
    /// <summary>Names the pipe to the helper.</summary>
    private const string PipeVariable = "CONTACTCENTER_ASKPASS";

    /// <summary>Ends a prompt and an answer.</summary>
    private const byte End = 0;

    private const int LongestText = 4 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly NamedPipeServerStream _pipe;
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
        _pipe = new(_path, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>What ssh has to be told, as environment variables.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("SSH_ASKPASS", Path.Combine(AppContext.BaseDirectory, "ContactCenter.StorageExport")),
        new("SSH_ASKPASS_REQUIRE", "force"),
        new(PipeVariable, _path),
    ];

    /// <summary>Whether this process was started by ssh to answer a prompt.</summary>
    public static bool IsAsked => System.Environment.GetEnvironmentVariable(PipeVariable) is { Length: > 0 };

    /// <summary>Gets the answer to a prompt and prints it, as ssh wants it.</summary>
    /// <param name="prompt">What ssh asked.</param>
    /// <returns>The exit code: 0 if there was an answer.</returns>
    public static async Task<int> AnswerAsync(string prompt)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await using var pipe = new NamedPipeClientStream(
                ".", System.Environment.GetEnvironmentVariable(PipeVariable)!, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await pipe.ConnectAsync(limit.Token);
            await WriteAsync(pipe, prompt, limit.Token);
            var answer = await ReadAsync(pipe, limit.Token);
            Console.Out.Write(answer.Length > 0 ? answer + "\n" : "");
            return answer.Length > 0 ? 0 : 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return 1;
        }
    }

    /// <summary>Stops to listen; what was not asked for is forgotten.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        await _pipe.DisposeAsync();
        _end.Dispose();
        (_password, _passphrase) = (null, null);
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _pipe.WaitForConnectionAsync(_end.Token);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                limit.CancelAfter(Patience);
                await WriteAsync(_pipe, AnswerOnce(await ReadAsync(_pipe, limit.Token)) ?? "", limit.Token);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // A helper that went away asks no more; an ended listener ends the loop.
            }
            finally
            {
                if (_pipe.IsConnected)
                    _pipe.Disconnect();
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

    private static async Task WriteAsync(PipeStream pipe, string text, CancellationToken cancellationToken) =>
        await pipe.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(text), End], cancellationToken);

    /// <summary>Reads until the other side has said all.</summary>
    private static async Task<string> ReadAsync(PipeStream pipe, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>(LongestText);
        while (text.WrittenCount < LongestText && (text.WrittenCount == 0 || text.WrittenSpan[^1] != End) && await pipe.ReadAsync(text.GetMemory(1), cancellationToken) is > 0 and var read)
            text.Advance(read);
        return Encoding.UTF8.GetString(text.WrittenSpan).TrimEnd((char)End);
    }
}
