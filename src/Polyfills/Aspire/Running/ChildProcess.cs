using System.Diagnostics;

namespace Aspire.Hosting.Running;

/// <summary>What a process is started with.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="WorkingDirectory">The folder it runs in.</param>
/// <param name="Environment">Variables beyond those of the application.</param>
internal sealed record ProcessStart(
    string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);

/// <summary>A process in a session of its own, so that Ctrl-C in the terminal does not reach it and its stop has an order.</summary>
internal sealed class ChildProcess
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    // For what was killed to be gone and for the last output to arrive.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    // What the application itself was told, and what would be wrong for its children.
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_LAUNCH_PROFILE"];

    private readonly Process _process;
    private readonly ProcessGuard _guard;
    private readonly string _marker;
    private IReadOnlySet<int> _known = new HashSet<int>();

    private ChildProcess(Process process, ProcessGuard guard, string marker, Action<string, bool> log)
    {
        _process = process;
        _guard = guard;
        _marker = marker;
        Pid = process.Id;
        var output = Task.WhenAll(CopyAsync(process.StandardOutput, isError: false, log), CopyAsync(process.StandardError, isError: true, log));
        Exited = WaitAsync(output);
    }

    /// <summary>The process's id.</summary>
    public int Pid { get; }

    /// <summary>Ends with the process and gives its exit code: 128 and the signal's number if a signal ended it.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="start">What with.</param>
    /// <param name="guard">Ends it if this process cannot.</param>
    /// <param name="run">The run of the application that it belongs to.</param>
    /// <param name="name">Its name in the application.</param>
    /// <param name="log">Takes each line of output, and whether it is of standard error.</param>
    /// <exception cref="DistributedApplicationException">It cannot be started; the message says why.</exception>
    public static ChildProcess Start(ProcessStart start, ProcessGuard guard, string run, string name, Action<string, bool> log)
    {
        if (!Directory.Exists(start.WorkingDirectory))
            throw new DistributedApplicationException($"The folder {start.WorkingDirectory} does not exist.");
        var program = Locate(start.FileName)
            ?? throw new DistributedApplicationException($"The program '{start.FileName}' is not there or not executable. Install or build it.");
        var info = new ProcessStartInfo("setsid", [program, .. start.Arguments])
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in NotInherited)
            info.Environment.Remove(variable);
        foreach (var (variable, value) in start.Environment)
            info.Environment[variable] = value;
        info.Environment["ASPIRE_RUN"] = run;
        info.Environment["ASPIRE_RUN_RESOURCE"] = $"{run}/{name}";

        var process = Process.Start(info)!;
        guard.Add(process.Id);
        process.StandardInput.Close();
        return new ChildProcess(process, guard, $"ASPIRE_RUN_RESOURCE={run}/{name}", log);
    }

    /// <summary>Asks the process to end, and kills it and all its descendants at the limit.</summary>
    /// <returns>Whether it ended by itself.</returns>
    /// <param name="limit">The limit.</param>
    /// <param name="kill">Ends before the limit to have the process killed at once.</param>
    public async Task<bool> StopAsync(TimeSpan limit, Task kill)
    {
        // Whoever is in a session of its own and has overwritten its environment, as those of sshd, is found by its parent only.
        _known = ProcessTree.Find(Pid, _marker);
        ProcessTree.Terminate(Pid);
        await Task.WhenAny(Exited, kill, Task.Delay(limit));
        if (Exited.IsCompleted)
            return true;
        ProcessTree.Kill(ProcessTree.Find(Pid, _marker));
        await Exited;
        return false;
    }

    private async Task<int> WaitAsync(Task output)
    {
        // Not Process.WaitForExitAsync: that waits until every descendant has closed the output.
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.Exited += (_, _) => exited.TrySetResult();
        _process.EnableRaisingEvents = true;
        await exited.Task;

        // Whoever is left over had the process as its reason to run.
        var left = ProcessTree.Find(Pid, _marker).Union(_known).Where(ProcessTree.IsAlive).ToList();
        ProcessTree.Kill(left);
        var limit = Task.Delay(EndLimit);
        while (left.Exists(ProcessTree.IsAlive) && !limit.IsCompleted)
            await Task.Delay(Poll);
        await Task.WhenAny(output, limit);
        _guard.Remove(Pid);
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }

    private static async Task CopyAsync(StreamReader reader, bool isError, Action<string, bool> log)
    {
        while (await reader.ReadLineAsync() is { } line)
            log(line, isError);
    }

    private static string? Locate(string program)
    {
        IEnumerable<string> candidates = program.Contains('/')
            ? [program]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, program));
        return candidates.FirstOrDefault(candidate => File.Exists(candidate)
            && (File.GetUnixFileMode(candidate) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
    }
}
