using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContactCenter.Benchmarks;

/// <summary>The figures of one benchmark: printed as they come, kept for the summary, written as JSON at the end.</summary>
internal sealed class BenchmarkReport(string name)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly List<Figure> _figures = [];

    internal IReadOnlyList<Figure> Figures => _figures;

    /// <summary>Reports a figure, such as <c>unary_vs_bare 0.85 ratio</c>, with its target where there is one.</summary>
    internal void Add(string figure, double value, string unit, Target? target = null)
    {
        var reported = new Figure($"bench.{name}.{figure}", value, unit, target?.ToString(), target?.IsMetBy(value));
        _figures.Add(reported);
        Console.WriteLine($"{reported.Name} {Format(value)} {unit}");
    }

    internal async Task WriteJsonAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var file = File.Create(Path.Combine(folder, name + ".json"));
        await JsonSerializer.SerializeAsync(file, _figures, Json, cancellationToken);
    }

    internal static string Format(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "F0" : "0.###", CultureInfo.InvariantCulture);

    /// <summary>The middle value; of an even number, the mean of the two in the middle.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>One measured value.</summary>
internal sealed record Figure(string Name, double Value, string Unit, string? Target, bool? IsTargetMet);

/// <summary>What a figure should be.</summary>
internal sealed record Target(double Bound, bool IsMinimum)
{
    internal static Target AtLeast(double bound) => new(bound, IsMinimum: true);

    internal static Target AtMost(double bound) => new(bound, IsMinimum: false);

    internal bool IsMetBy(double value) => IsMinimum ? value >= Bound : value <= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsMinimum ? ">=" : "<=")} {Bound}");
}
