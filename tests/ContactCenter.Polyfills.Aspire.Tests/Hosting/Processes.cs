using System.Diagnostics;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>The processes of this machine.</summary>
internal static class Processes
{
    /// <summary>The command lines of those that have one of some texts in their environment, or run in a folder of that name.</summary>
    public static IReadOnlyList<string> With(params string[] marks)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                var command = File.ReadAllText($"{folder}/cmdline").Replace('\0', ' ');
                var text = $"{File.ReadAllText($"{folder}/environ")}\0{new FileInfo($"{folder}/cwd").LinkTarget}";
                // A process that has ended and is not yet waited for has no command line.
                if (command.Length > 0 && marks.Any(mark => text.Contains(mark, StringComparison.Ordinal)))
                    found.Add($"{Path.GetFileName(folder)} {command}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }

    /// <summary>Waits until none is left.</summary>
    public static async Task NoneAsync(TimeSpan limit, params string[] marks)
    {
        var left = With(marks);
        for (var start = Stopwatch.GetTimestamp(); left.Count > 0 && Stopwatch.GetElapsedTime(start) < limit; left = With(marks))
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Empty(left);
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="pid">To whom.</param>
    /// <param name="signal">INT, TERM or KILL.</param>
    public static async Task SignalAsync(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
