namespace ContactCenter.Testing.Suite;

/// <summary>A process that an AppHost started, as the system shows it.</summary>
/// <param name="Id">Its process id.</param>
/// <param name="CommandLine">Its command line, parts separated by blanks.</param>
/// <param name="Environment">The environment it was started with.</param>
public sealed record SuiteProcess(int Id, string CommandLine, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Where a service answers HTTP.</summary>
    public Uri Http => new(Environment["Kestrel__Endpoints__http__Url"]);

    /// <summary>Where a service answers gRPC.</summary>
    public Uri Grpc => new(Environment["Kestrel__Endpoints__grpc__Url"]);

    /// <summary>How much memory it holds now, in MiB; null when it is gone.</summary>
    /// <returns>Its resident size.</returns>
    public double? ResidentMb() => StatusMb("VmRSS:");

    /// <summary>How much memory it ever held, in MiB; null when it is gone.</summary>
    /// <returns>Its largest resident size.</returns>
    public double? PeakMb() => StatusMb("VmHWM:");

    /// <summary>Every process of this machine that has a value in its environment or command line.</summary>
    /// <param name="mark">What to look for.</param>
    /// <returns>The processes; those that end meanwhile and those that only wait for their parent are left out.</returns>
    internal static IEnumerable<SuiteProcess> WithMark(string mark)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
                continue;
            SuiteProcess process;
            string environment;
            try
            {
                environment = File.ReadAllText(Path.Combine(folder, "environ"));
                process = new SuiteProcess(
                    id,
                    File.ReadAllText(Path.Combine(folder, "cmdline")).TrimEnd('\0').Replace('\0', ' '),
                    environment.Split('\0').Select(v => v.Split('=', 2)).Where(v => v.Length == 2).DistinctBy(v => v[0]).ToDictionary(v => v[0], v => v[1]));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (environment.Contains(mark, StringComparison.Ordinal) || process.CommandLine.Contains(mark, StringComparison.Ordinal))
                yield return process;
        }
    }

    private double? StatusMb(string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{Id}/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null ? null : double.Parse(line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
