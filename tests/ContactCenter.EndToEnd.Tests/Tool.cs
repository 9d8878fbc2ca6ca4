using System.Diagnostics;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>A program that nobody here wrote, run to its end.</summary>
internal static class Tool
{
    /// <summary>The client for any gRPC service.</summary>
    public static string Buf { get; } = Path.Combine(ServerProcess.RepositoryRoot, "tests", "node_modules", ".bin", "buf");

    /// <summary>The folder of contracts, as grpc-js reads them.</summary>
    public static string Protos { get; } = Path.Combine(ServerProcess.RepositoryRoot, "protos");

    /// <summary>The path of a client of this folder.</summary>
    public static string Client(string name) => Path.Combine(ServerProcess.RepositoryRoot, "tests", "ContactCenter.EndToEnd.Tests", "Clients", name);

    /// <summary>Writes the contracts as a descriptor set, as grpcio reads them, to a new file, and returns its path.</summary>
    public static async Task<string> DescribeAsync()
    {
        var descriptors = Path.Combine(Path.GetTempPath(), $"contactcenter-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}.binpb");
        await RunAsync(Buf, "build", "protos", "-o", descriptors);
        return descriptors;
    }

    /// <summary>Runs a program and returns what it wrote to its output; anything but exit code 0 within 60 s fails the test.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await EndAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} ended with {exitCode}:\n{error}\n{output}");
        return output;
    }

    /// <summary>Runs a program that has to fail, and returns what it wrote to its error output; exit code 0 or more than 60 s fail the test.</summary>
    public static async Task<string> FailAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await EndAsync(program, arguments);
        Assert.True(exitCode != 0, $"{program} ended without a failure:\n{output}");
        return error;
    }

    private static async Task<(int ExitCode, string Output, string Error)> EndAsync(string program, string[] arguments)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromMinutes(2));
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = ServerProcess.RepositoryRoot })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
