using System.Globalization;
using ContactCenter.Storage.V1;
using ContactCenter.Testing;
using Grpc.Net.Client;

namespace ContactCenter.Benchmarks.Sftp;

/// <summary>
/// Staged files on their way to an SFTP server: the service, from the moment its jobs may run until its catalogue says STORED, beside
/// OpenSSH's own <c>sftp</c> with files of the same sizes and the same server. Both ask the server to write every file to its disk; the
/// small files once more without that for the peer alone. With 20 ms of round-trip delay once more, with a quarter of the files.
/// </summary>
internal sealed class SftpBenchmark : IBenchmark
{
    private const int SmallLength = 20 * 1024;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);

    public string Name => "sftp";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var (rounds, largeMebibytes, smallFiles) = isQuick ? (1, 128, 400) : (3, 1024, 2_000);
        var paths = new[] { ("", false, smallFiles), ("_rtt20", true, smallFiles / 4) };
        await using var servers = new TestServers();
        await using var database = await servers.CreateDatabaseAsync(cancellationToken);
        await using var sshd = await ServerProcess.StartAsync("sshd", cancellationToken);
        var server = new Uri(sshd.ConnectionString);
        await using var delayed = DelayProxy.Start(server.Port, Delay / 2);
        await using var service = await ChildProcess.StartSelfAsync(
            SftpService.ChildName, database.ConnectionString, await servers.CreateVirtualHostAsync(cancellationToken), Text(server.Port), Text(delayed.Port));
        using var channel = GrpcChannel.ForAddress(service.Greeting.Split(' ')[0], new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        var stores = new StoreService.StoreServiceClient(channel);

        foreach (var (suffix, isDelayed, files) in paths)
        {
            var port = isDelayed ? delayed.Port : server.Port;
            var peer = new OpenSsh(server.AbsolutePath, port);
            await ConfigureAsync(stores, server.AbsolutePath, port, cancellationToken);
            // Until the compiler of the runtime has finished with every method on the way.
            await OursAsync(files, SmallLength);

            var small = await CompareAsync(peer, files, SmallLength);
            report.Add($"small_files_per_s{suffix}", files / small.Ours, "files/s");
            report.Add($"small_vs_openssh{suffix}", small.Ratio, "ratio", Target.AtLeast(isDelayed ? 5 : 3));
            if (!isDelayed)
                report.Add("small_vs_openssh_without_fsync", await peer.PutAsync(isDurable: false, files, SmallLength, cancellationToken) / small.Ours, "ratio");

            var before = service.ResidentMb;
            var large = await CompareAsync(peer, 1, (long)largeMebibytes << 20);
            report.Add($"large_mb_per_s{suffix}", largeMebibytes / large.Ours, "MiB/s");
            report.Add($"large_vs_openssh{suffix}", large.Ratio, "ratio", Target.AtLeast(1));
            report.Add($"large_memory_growth_mb{suffix}", large.PeakMb - before, "MiB");
        }

        async Task<(double Ours, double Ratio, double PeakMb)> CompareAsync(OpenSsh peer, int count, long length)
        {
            var (ours, ratios, peak) = (new List<double>(), new List<double>(), 0.0);
            for (var round = 0; round < rounds; round++)
            {
                var (seconds, peakMb) = await OursAsync(count, length);
                ours.Add(seconds);
                peak = Math.Max(peak, peakMb);
                ratios.Add(await peer.PutAsync(isDurable: true, count, length, cancellationToken) / seconds);
            }

            return (BenchmarkReport.Median(ours), BenchmarkReport.Median(ratios), peak);
        }

        async Task<(double Seconds, double PeakMb)> OursAsync(int count, long length)
        {
            await service.SendAsync($"{Text(count)} {Text(length)}");
            var answer = (await service.ReadAsync(cancellationToken)).Split(' ');
            return (double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task ConfigureAsync(StoreService.StoreServiceClient stores, string folder, int port, CancellationToken cancellationToken)
    {
        var etag = (await stores.GetStoreAsync(new(), cancellationToken: cancellationToken)).Store?.Etag ?? "";
        await stores.UpdateStoreAsync(
            new()
            {
                Store = new()
                {
                    Etag = etag,
                    Enabled = true,
                    Sftp = new()
                    {
                        Host = "127.0.0.1",
                        Port = port,
                        User = Environment.UserName,
                        PrivateKey = await File.ReadAllTextAsync(Path.Combine(folder, "client_key"), cancellationToken),
                        FolderPath = "ours",
                        HostKeys = { string.Join(' ', (await File.ReadAllTextAsync(Path.Combine(folder, "host_key.pub"), cancellationToken)).Split(' ').Take(2)) },
                    },
                },
            },
            cancellationToken: cancellationToken);
    }
}
