using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>The load generator: 64 connections that post for some seconds.</summary>
internal static partial class Wrk
{
    private const string Threads = "2";
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    /// <summary>Posts the signed bodies of a file, from the beginning again if it ends too soon.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="bodies">Lines of signature, tab, body.</param>
    /// <param name="signatureHeader">Header field that takes the signature.</param>
    /// <param name="contentType">What the bodies are.</param>
    /// <param name="duration">How long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Requests per second and the slowest answer but 1 in 100; all were answered with 2xx.</returns>
    internal static async Task<(double Rate, TimeSpan P99)> PostAsync(
        Uri address, string bodies, string signatureHeader, string contentType, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "wrk",
            [
                "-c", "64", "-t", Threads, "-d", $"{duration.TotalSeconds}s", "--latency", "--timeout", "10s",
                "-s", Path.Combine(AppContext.BaseDirectory, "Ingest", "callbacks.lua"), address.ToString(), "--", bodies, Threads, signatureHeader, contentType,
            ])
        {
            RedirectStandardOutput = true,
        })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(duration + Slack);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var (rate, p99) = (Rate().Match(output), Slowest().Match(output));
            return rate.Success && p99.Success && !output.Contains("Non-2xx", StringComparison.Ordinal) && !output.Contains("Socket errors", StringComparison.Ordinal)
                ? (Number(rate), TimeSpan.FromMilliseconds(Number(p99) * p99.Groups["unit"].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 }))
                : throw new InvalidOperationException($"wrk said:\n{output}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static double Number(Match match) => double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+(?<number>[\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+(?<number>[\d.]+)(?<unit>us|ms|s)")]
    private static partial Regex Slowest();
}
