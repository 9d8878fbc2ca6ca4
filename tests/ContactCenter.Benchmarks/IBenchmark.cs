namespace ContactCenter.Benchmarks;

/// <summary>One name of <c>./bench</c>.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>Measures and reports every figure.</summary>
    /// <param name="report">Where the figures go.</param>
    /// <param name="isQuick">One short run, under 50 s, instead of the median of several.</param>
    /// <param name="cancellationToken">Fires at Ctrl-C.</param>
    Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken);
}
