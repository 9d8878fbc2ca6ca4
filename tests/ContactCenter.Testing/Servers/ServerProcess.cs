using System.Diagnostics;
using System.Reflection;

namespace ContactCenter.Testing;

/// <summary>
/// One server of <c>tests/servers</c>, of this test process alone. It ends and its data go when it is disposed, or when
/// this process ends in any way, since the script then finds its standard input closed.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Process _process;

    private ServerProcess(Process process, string connectionString)
    {
        _process = process;
        ConnectionString = connectionString;
    }

    /// <summary>Folder of the repository, with a slash at the end.</summary>
    public static string RepositoryRoot { get; } =
        typeof(ServerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>
    /// Connects to the server: as the superuser in Postgres, to database 0 in Redis, without a virtual host in RabbitMQ. Of sshd an
    /// address whose path is the folder with its <c>client_key</c>, <c>host_key.pub</c> and <c>files</c>.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="name"><c>postgres</c>, <c>rabbitmq</c>, <c>redis</c> or <c>sshd</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="folder">Where its data are kept, in a folder of their own; if not given, in memory where it has room.</param>
    /// <exception cref="InvalidOperationException">The server does not start; its output is in the message.</exception>
    public static async Task<ServerProcess> StartAsync(string name, CancellationToken cancellationToken, string? folder = null)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot, "tests", "servers"), [name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (folder is not null)
            start.Environment["TMPDIR"] = folder;
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Limit, cancellationToken);
        return line?.Split('=', 2) is [_, var connectionString]
            ? new ServerProcess(process, connectionString)
            : throw new InvalidOperationException(await errors);
    }

    /// <summary>Stops the server as an operator would; its data stay.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => CommandAsync("stop", cancellationToken);

    /// <summary>Ends the server as a power cut would; its data stay.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => CommandAsync("kill", cancellationToken);

    /// <summary>Starts the stopped server again, on the same port and data.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken) => CommandAsync("start", cancellationToken);

    /// <summary>Deletes a virtual host of a RabbitMQ server with all its queues.</summary>
    public Task DeleteVirtualHostAsync(string name, CancellationToken cancellationToken) => VirtualHosts.DeleteAsync($"{ConnectionString}/{name}", cancellationToken);

    /// <summary>Makes an empty virtual host in a RabbitMQ server.</summary>
    public Task AddVirtualHostAsync(string name, CancellationToken cancellationToken) => VirtualHosts.CreateAsync($"{ConnectionString}/{name}", cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        _process.Dispose();
    }

    private async Task CommandAsync(string command, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(command.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var answer = await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Limit, cancellationToken);
        if (answer != command)
            throw new InvalidOperationException($"tests/servers answered '{answer}' to '{command}'.");
    }
}
