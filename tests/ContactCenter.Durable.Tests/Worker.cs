using System.Diagnostics;
using System.Globalization;

namespace ContactCenter.Durable.Tests;

/// <summary>A process of this program in the role of a service's replica, see Program.cs.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly Process _process;

    private Worker(Process process) => _process = process;

    /// <summary>Starts a replica; it waits for <see cref="Begin"/>.</summary>
    public static async Task<Worker> StartAsync(string role, string database, string broker, CancellationToken cancellationToken)
    {
        var worker = new Worker(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["--worker", role])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["ConnectionStrings__database"] = database, ["ConnectionStrings__rabbitmq"] = broker },
        })!);
        await worker.SaysAsync("waiting", cancellationToken);
        return worker;
    }

    /// <summary>Starts a replica and lets it run.</summary>
    public static async Task<Worker> RunAsync(string role, string database, string broker, CancellationToken cancellationToken)
    {
        var worker = await StartAsync(role, database, broker, cancellationToken);
        worker.Begin();
        return worker;
    }

    public void Begin() => _process.StandardInput.WriteLine();

    public async Task SaysAsync(string line, CancellationToken cancellationToken) =>
        Assert.Equal(line, await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancellationToken));

    public async Task<int> ExitCodeAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
