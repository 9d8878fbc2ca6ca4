using System.Diagnostics;
using ContactCenter.Faults.Tests.Load;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>The volume of the database fills up.</summary>
public sealed class DiskFullTests(TestServers servers) : LoadTest(servers)
{
    private static readonly TimeSpan Length = LoadPlan.Choose(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));

    private readonly string _volume = Directory.CreateTempSubdirectory("contactcenter-volume.").FullName;

    public override async ValueTask InitializeAsync()
    {
        var (exitCode, output) = await RunAsync("mount", "-t", "tmpfs", "-o", "size=192m,mode=0755", "tmpfs", _volume);
        Assert.SkipWhen(exitCode != 0, $"A volume of limited size needs the right to mount one: {output}");
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await RunAsync("umount", "-l", _volume);
        Directory.Delete(_volume);
    }

    [Fact]
    [Rule("DUR-24")]
    public async Task disk_full_refuses_calls_leaves_no_half_state_and_is_recovered_from()
    {
        var postgres = await OwnPostgresAsync(_volume);
        var filler = Path.Combine(_volume, "filler");
        var report = await RunAsync("disk_full", LoadPlan.Standard, async () =>
        {
            Fill(filler);
            await Eventually.TrueAsync(() => Driver.Results.Any(call => call.Status == StatusCode.Unavailable), TimeSpan.FromSeconds(60));
            await Task.Delay(Length, Cancellation);
            File.Delete(filler);

            // A server that could not even write its log has ended; its supervisor would start it again.
            if (!await AnswersAsync())
                await postgres.StartAgainAsync(Cancellation);
        });
        Assert.Contains(report.Calls, call => call.Status == StatusCode.Unavailable);
    }

    private static void Fill(string path)
    {
        var block = new byte[64 * 1024];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // It is full; what is left is less than a block, and taken byte by byte.
        }

        try
        {
            while (true)
                file.Write(block.AsSpan(0, 512));
        }
        catch (IOException)
        {
        }
    }

    private async Task<bool> AnswersAsync()
    {
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(5);)
        {
            try
            {
                return await ScalarAsync<int>("SELECT 1") == 1;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(200, Cancellation);
            }
        }

        return false;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var output = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Trim());
    }
}
