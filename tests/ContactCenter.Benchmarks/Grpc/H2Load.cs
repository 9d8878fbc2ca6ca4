using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ContactCenter.Benchmarks.Grpc;

/// <summary>nghttp2's load generator: 8 connections with 32 streams each.</summary>
internal static partial class H2Load
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Sends a number of requests with the same body.</summary>
    /// <returns>The requests that were answered with 2xx.</returns>
    internal static async Task<int> PostAsync(Uri address, string bodyFile, int requests, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "h2load",
            [
                "-n", requests.ToString(CultureInfo.InvariantCulture), "-c", "8", "-m", "32", "-t", "1", "-d", bodyFile,
                "-H", "content-type: application/grpc", "-H", "te: trailers", address.ToString(),
            ])
        {
            RedirectStandardOutput = true,
        })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var succeeded = Succeeded().Match(output);
            return succeeded.Success
                ? int.Parse(succeeded.Groups[1].Value, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"h2load said:\n{output}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [GeneratedRegex(@"status codes: (\d+) 2xx")]
    private static partial Regex Succeeded();
}
