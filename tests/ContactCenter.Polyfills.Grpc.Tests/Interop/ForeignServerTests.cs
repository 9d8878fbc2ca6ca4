namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>A server that nobody here wrote, in a process of its own.</summary>
public abstract class ForeignServer : IAsyncLifetime
{
    private PeerProcess? _process;

    internal string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _process = Start();
        Address = "http://127.0.0.1:" + await _process.ReadLineAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _process!.DisposeAsync();
    }

    private protected abstract PeerProcess Start();
}

public sealed class PythonServer : ForeignServer
{
    private protected override PeerProcess Start() => PeerProcess.Python("interop_server.py");
}

public sealed class NodeServer : ForeignServer
{
    private protected override PeerProcess Start() => PeerProcess.Node("interop_server.js");
}

/// <summary>python3-grpcio does not tell a handler whether a request was compressed.</summary>
public sealed class PythonServerTests(PythonServer server) : IClassFixture<PythonServer>
{
    [Theory]
    [MemberData(nameof(InteropCase.Names), MemberType = typeof(InteropCase))]
    public async Task Our_client_passes_with_a_Python_server(string interopCase)
    {
        using var client = new InteropClient(server.Address, seesCompression: false);
        await client.RunAsync(interopCase);
    }
}

/// <summary>grpc-js neither tells a handler whether a request was compressed nor compresses answers.</summary>
public sealed class NodeServerTests(NodeServer server) : IClassFixture<NodeServer>
{
    [Theory]
    [MemberData(nameof(InteropCase.Names), MemberType = typeof(InteropCase))]
    public async Task Our_client_passes_with_a_Node_server(string interopCase)
    {
        using var client = new InteropClient(server.Address, seesCompression: false, compresses: false);
        await client.RunAsync(interopCase);
    }
}
