namespace ContactCenter.Testing.Suite;

/// <summary>A process that an AppHost started, as the system shows it.</summary>
/// <param name="Id">Its process id.</param>
/// <param name="CommandLine">Its command line, parts separated by blanks.</param>
/// <param name="Environment">The environment it was started with.</param>
public sealed record SuiteProcess(int Id, string CommandLine, Dictionary<string, string> Environment)
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

    /// <summary>When it was started, in ticks since the machine was; with <see cref="Id"/> it names a process for good.</summary>
    internal long StartTicks { get; init; }

    /// <summary>The process that started it, or took it over.</summary>
    internal int ParentId { get; init; }

    /// <summary>Every process of this machine.</summary>
    /// <returns>The processes; those that end meanwhile and those that only wait for their parent are left out.</returns>
    internal static IReadOnlyList<SuiteProcess> All() =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? Read(id) : null).OfType<SuiteProcess>()];

    /// <summary>Whether a text is in its environment or command line.</summary>
    /// <param name="mark">The text.</param>
    internal bool Has(string mark) => CommandLine.Contains(mark, StringComparison.Ordinal) || Environment.ContainsValue(mark);

    private static SuiteProcess? Read(int id)
    {
        try
        {
            // The name, in brackets, may hold anything; after it come state, parent and, as the 20th, the start time.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] == "Z")
                return null;
            var environment = File.ReadAllText($"/proc/{id}/environ").Split('\0')
                .Select(v => v.Split('=', 2)).Where(v => v.Length == 2).DistinctBy(v => v[0]).ToDictionary(v => v[0], v => v[1]);
            return new SuiteProcess(id, File.ReadAllText($"/proc/{id}/cmdline").TrimEnd('\0').Replace('\0', ' '), environment)
            {
                ParentId = int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture),
                StartTicks = long.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
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
