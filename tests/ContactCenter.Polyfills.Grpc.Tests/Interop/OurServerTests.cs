namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>Runs all cases of a client in another process against our server, once.</summary>
public abstract class ForeignClientRun : IAsyncLifetime
{
    private IReadOnlyDictionary<string, string> _results = new Dictionary<string, string>();

    public async ValueTask InitializeAsync()
    {
        await using var server = await InteropServer.StartAsync();
        await using var client = Start(server.Authority);
        _results = await client.ReadResultsAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal void AssertPassed(string interopCase) => Assert.Equal("ok", _results.GetValueOrDefault(interopCase, "did not run"));

    private protected abstract PeerProcess Start(string authority);
}

public sealed class PythonClientRun : ForeignClientRun
{
    private protected override PeerProcess Start(string authority) => PeerProcess.Python("interop_client.py", authority);
}

public sealed class NodeClientRun : ForeignClientRun
{
    private protected override PeerProcess Start(string authority) => PeerProcess.Node("interop_client.js", authority);
}

public sealed class PythonClientTests(PythonClientRun run) : IClassFixture<PythonClientRun>
{
    [Theory]
    [MemberData(nameof(InteropCase.Names), MemberType = typeof(InteropCase))]
    public void A_Python_client_passes_with_our_server(string interopCase) => run.AssertPassed(interopCase);
}

public sealed class NodeClientTests(NodeClientRun run) : IClassFixture<NodeClientRun>
{
    [Theory]
    [MemberData(nameof(InteropCase.Names), MemberType = typeof(InteropCase))]
    public void A_Node_client_passes_with_our_server(string interopCase) => run.AssertPassed(interopCase);
}

public sealed class OurClientTests
{
    [Theory]
    [MemberData(nameof(InteropCase.Names), MemberType = typeof(InteropCase))]
    public async Task Our_client_passes_with_our_server(string interopCase)
    {
        await using var server = await InteropServer.StartAsync();
        using var client = new InteropClient(server.Address);
        await client.RunAsync(interopCase);
    }
}
