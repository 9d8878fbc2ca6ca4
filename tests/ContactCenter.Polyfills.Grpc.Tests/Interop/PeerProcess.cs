using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Testing;

namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>A script of Interop/peers that runs in its own process and ends with this object at the latest.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private PeerProcess(string fileName, params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(fileName, arguments)
        {
            WorkingDirectory = SourceFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    private static string SourceFolder { get; } = FindSourceFolder();

    /// <summary>Debian's Python, where python3-grpcio is; the descriptors of the contract come from the generated code.</summary>
    internal static PeerProcess Python(string script, params string[] arguments)
    {
        var files = new FileDescriptorSet();
        foreach (var file in new[] { EmptyReflection.Descriptor, MessagesReflection.Descriptor, TestReflection.Descriptor })
            files.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));

        var peer = new PeerProcess("/usr/bin/python3", ["-u", script, .. arguments]);
        peer._process.StandardInput.WriteLine(Convert.ToBase64String(files.ToByteArray()));
        peer._process.StandardInput.Flush();
        return peer;
    }

    internal static PeerProcess Node(string script, params string[] arguments) => new("node", [script, .. arguments]);

    /// <summary>The buf command of tests/package.json.</summary>
    internal static PeerProcess Buf(params string[] arguments) =>
        new(Path.GetFullPath(Path.Combine(SourceFolder, "../../../node_modules/.bin/buf")), arguments);

    /// <summary>All that a command prints.</summary>
    internal async Task<string> ReadAllAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return _process.ExitCode == 0 ? output : throw new InvalidOperationException($"The command ended with {_process.ExitCode}: {await _errors}");
    }

    /// <summary>The first line that a server prints.</summary>
    internal async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit)
        ?? throw new InvalidOperationException("The peer ended without a word: " + await _errors);

    /// <summary>The output of a client: a result for each case.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> ReadResultsAsync()
    {
        var results = new Dictionary<string, string>();
        foreach (var line in (await ReadAllAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            results[line[..tab]] = line[(tab + 1)..];
        }

        return results;
    }

    /// <summary>Kills the process without any warning, as a crash would.</summary>
    internal async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (TimeoutException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private static string FindSourceFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var peers = Path.Combine(folder.FullName, "tests", "ContactCenter.Polyfills.Grpc.Tests", "Interop", "peers");
            if (Directory.Exists(peers))
                return peers;
        }

        throw new DirectoryNotFoundException("The folder Interop/peers is not above the tests.");
    }
}
