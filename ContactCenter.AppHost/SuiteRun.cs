using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.AppHost;

/// <summary>Runs the suite and shows on the console what the sandbox says of its traffic.</summary>
internal static class SuiteRun
{
    // What the sandbox says of the callbacks it has sent, a quarter at a time.
    private const string Progress = "callbacks sent";

    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(300);

    /// <summary>Ends the program with exit code 2 and a message: it was started in a way that it cannot run in.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <returns>Never; the type is for <c>throw</c>, so that the compiler knows.</returns>
    [DoesNotReturn]
    public static Exception Refuse(string message)
    {
        Console.Error.WriteLine(message);
        Environment.Exit(2);
        throw new UnreachableException();
    }

    /// <summary>Runs until Ctrl-C or SIGTERM.</summary>
    /// <param name="application">The suite.</param>
    /// <param name="sandbox">The sandbox's resource.</param>
    /// <returns>Exit code 0.</returns>
    public static async Task<int> RunAsync(DistributedApplication application, string sandbox)
    {
        _ = ShowAsync(application, sandbox);
        await application.RunAsync();
        return 0;
    }

    /// <summary>Runs until the sandbox has ended by itself, then stops everything.</summary>
    /// <param name="application">The suite.</param>
    /// <param name="sandbox">The sandbox's resource.</param>
    /// <param name="chaos">Kills what runs once the day is under way; null for an undisturbed pass.</param>
    /// <returns>The sandbox's exit code; 1 if something did not start, was not killed or did not come back, or after Ctrl-C.</returns>
    public static async Task<int> RunOnceAsync(DistributedApplication application, string sandbox, Chaos? chaos)
    {
        await using var disposing = application;
        var stopping = application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var exitCode = 1;
        try
        {
            await application.StartAsync(stopping);
            var underWay = new TaskCompletionSource();
            _ = ShowAsync(application, sandbox, line => _ = line.Contains(Progress, StringComparison.Ordinal) && underWay.TrySetResult());
            var killing = chaos?.KillEachOnceAsync(application.ResourceNotifications, underWay.Task, stopping);
            var ended = await application.ResourceNotifications.WaitForResourceAsync(
                sandbox, change => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), stopping);
            exitCode = ended.Snapshot.ExitCode ?? 1;
            await Task.Delay(LastWords, CancellationToken.None);
            IReadOnlyList<string> troubles = killing is null ? [] : killing.IsCompleted ? await killing : ["the pass was over before everything had been killed once and was back; give it more with --Sandbox:Tasks"];
            foreach (var trouble in troubles)
                Console.Error.WriteLine($"Not the chaos that was asked for: {trouble}.");
            if (troubles.Count > 0) exitCode = 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C: the pass was not completed.
        }

        await application.StopAsync(CancellationToken.None);
        return exitCode;
    }

    // Ends with the process.
    private static async Task ShowAsync(DistributedApplication application, string resource, Action<string>? seen = null)
    {
        await foreach (var lines in application.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource))
        {
            foreach (var line in lines)
            {
                Console.WriteLine(line.Content);
                seen?.Invoke(line.Content);
            }
        }
    }
}
