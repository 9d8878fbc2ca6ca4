using System.Diagnostics;
using System.Globalization;

namespace ContactCenter.AppHost;

/// <summary>Kills every service and every server of a suite once while a day is played, in an order and with pauses that a seed decides.</summary>
/// <remarks>The AppHost starts again what ended without being asked to; what was under way then must be neither lost nor done twice.</remarks>
internal sealed class Chaos
{
    private const string Argument = "--chaos";

    // Two or three things are away at a time: each takes some seconds until it is back.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromMinutes(1);

    private readonly Random _dice;
    private string[] _victims = [];

    private Chaos(int seed) => _dice = new(seed);

    /// <summary>Takes <c>--chaos SEED</c> out of the arguments.</summary>
    /// <param name="args">The program's arguments; those of the AppHost remain.</param>
    /// <returns>What was asked for; null if it was not.</returns>
    public static Chaos? Take(ref string[] args)
    {
        var at = Array.IndexOf(args, Argument);
        if (at < 0)
            return null;
        if (at + 1 == args.Length || !int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            throw SuiteRun.Refuse($"{Argument} needs a number: equal numbers kill in the same order.");
        args = [.. args[..at], .. args[(at + 2)..]];
        return new(seed);
    }

    /// <summary>Chooses what is killed: all that runs as a process of this machine.</summary>
    /// <param name="resources">The suite.</param>
    /// <param name="spared">The resource that is not killed: it checks what comes of it.</param>
    public void Choose(IEnumerable<IResource> resources, string spared) =>
        _victims = [.. resources.Where(resource => resource is ProjectResource or ExecutableResource && resource.Name != spared).Select(resource => resource.Name)];

    /// <summary>Kills each once, and waits until all of it is back.</summary>
    /// <param name="resources">Tells what runs.</param>
    /// <param name="begin">When to begin.</param>
    /// <param name="cancellation">Ends the killing.</param>
    /// <returns>What did not come back in time.</returns>
    public async Task<IReadOnlyList<string>> KillEachOnceAsync(ResourceNotificationService resources, Task begin, CancellationToken cancellation)
    {
        await begin.WaitAsync(cancellation);
        _dice.Shuffle(_victims);
        var returns = new List<Task<string?>>();
        foreach (var name in _victims)
        {
            await Task.Delay(ShortestPause + (LongestPause - ShortestPause) * _dice.NextDouble(), cancellation);
            returns.Add(KillAsync(resources, name, cancellation));
        }

        return [.. (await Task.WhenAll(returns)).OfType<string>()];
    }

    private static async Task<string?> KillAsync(ResourceNotificationService resources, string name, CancellationToken cancellation)
    {
        if (!resources.TryGetCurrentState(name, out var current) || ProcessOf(current) is not { } id)
            return $"{name} did not run";
        // What it has started first: a server that sees its parent die would end in good order.
        foreach (var victim in TreeOf(id).Reverse())
            Kill(victim);
        Console.WriteLine($"  killed {name}, process {id}");
        var start = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReturnLimit);
        try
        {
            await resources.WaitForResourceAsync(name, change => ProcessOf(change) is { } other && other != id, limit.Token);
            await resources.WaitForResourceHealthyAsync(name, limit.Token);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name} is back after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"{name} was not back within {ReturnLimit.TotalSeconds:0} s";
        }
    }

    private static IEnumerable<int> TreeOf(int id) => Process.GetProcesses().Where(process => ParentOf(process.Id) == id).SelectMany(child => TreeOf(child.Id)).Prepend(id);

    // The fourth field of the kernel's line on a process, the second after its name in parentheses.
    private static int? ParentOf(int id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static int? ProcessOf(ResourceEvent change) =>
        change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int?;
}
