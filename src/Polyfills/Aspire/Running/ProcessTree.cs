using System.Globalization;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Running;

/// <summary>The processes of this machine, as /proc tells of them.</summary>
internal static partial class ProcessTree
{
    private const int Sigterm = 15;
    private const int Sigkill = 9;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int pid) => _ = Kill(pid, Sigterm);

    /// <summary>Ends processes.</summary>
    public static void Kill(IEnumerable<int> pids)
    {
        foreach (var pid in pids)
            _ = Kill(pid, Sigkill);
    }

    /// <summary>A living process with its descendants and the rest of its session, also when it has ended itself.</summary>
    /// <param name="root">The process; it leads a session of its own.</param>
    /// <param name="marker">An entry <c>NAME=value</c> of the environment: who has it belongs to them too.</param>
    public static IReadOnlySet<int> Find(int root, string marker)
    {
        var processes = new Dictionary<int, (int Parent, int Session)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } process)
                processes[pid] = process;
        }

        var found = processes.Where(process => process.Key == root || process.Value.Session == root || HasEntry(process.Key, marker))
            .Select(process => process.Key).ToHashSet();
        for (var count = 0; count != found.Count;)
        {
            count = found.Count;
            found.UnionWith(processes.Where(process => found.Contains(process.Value.Parent)).Select(process => process.Key));
        }

        return found;
    }

    /// <summary>Whether a process lives.</summary>
    public static bool IsAlive(int pid) => Read(pid) is not null;

    /// <summary>Resident memory in bytes; null if the process has ended.</summary>
    public static long? Memory(int pid)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return null;
        }
    }

    private static (int Parent, int Session)? Read(int pid)
    {
        try
        {
            // "pid (name) state parent group session …"; the name may hold anything.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 5);
            return fields[0] is "Z" or "X"
                ? null
                : (int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return null;
        }
    }

    private static bool HasEntry(int pid, string entry)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains(entry);
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return false;
        }
    }

    private static bool IsGone(Exception exception) => exception is IOException or UnauthorizedAccessException or IndexOutOfRangeException;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
