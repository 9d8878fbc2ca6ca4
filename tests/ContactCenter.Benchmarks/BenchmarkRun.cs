namespace ContactCenter.Benchmarks;

/// <summary>Runs the benchmarks that were asked for, one after the other, and prints the summary.</summary>
internal static class BenchmarkRun
{
    internal static async Task<int> RunAsync(IReadOnlyList<IBenchmark> benchmarks, string[] args)
    {
        var isQuick = args.Contains("--quick");
        var names = args.Where(arg => arg != "--quick").ToArray();
        var unknown = names.Where(name => benchmarks.All(benchmark => benchmark.Name != name)).ToArray();
        if (unknown.Length > 0)
        {
            await Console.Error.WriteLineAsync(
                $"No benchmark is called {string.Join(", ", unknown)}. There are: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}. The only option is --quick.");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };

        var reports = new List<BenchmarkReport>();
        foreach (var benchmark in benchmarks.Where(benchmark => names.Length == 0 || names.Contains(benchmark.Name)))
        {
            var report = new BenchmarkReport(benchmark.Name);
            await benchmark.RunAsync(report, isQuick, stop.Token);
            await report.WriteJsonAsync(Path.Combine("artifacts", "bench"), stop.Token);
            reports.Add(report);
        }

        PrintSummary([.. reports.SelectMany(report => report.Figures)]);
        return 0;
    }

    private static void PrintSummary(IReadOnlyList<Figure> figures)
    {
        var width = figures.Select(figure => figure.Name.Length).Append(0).Max();
        Console.WriteLine();
        foreach (var figure in figures)
        {
            var target = figure.Target is null ? "" : $"  {figure.Target} {(figure.IsTargetMet == true ? "met" : "not met")}";
            Console.WriteLine($"{figure.Name.PadRight(width)} {BenchmarkReport.Format(figure.Value),12} {figure.Unit,-16}{target}".TrimEnd());
        }
    }
}
