using ContactCenter.Benchmarks;
using ContactCenter.Benchmarks.Analytics;
using ContactCenter.Benchmarks.Crm;
using ContactCenter.Benchmarks.Enrich;
using ContactCenter.Benchmarks.FollowUps;
using ContactCenter.Benchmarks.Grpc;
using ContactCenter.Benchmarks.Ingest;
using ContactCenter.Benchmarks.Jobs;
using ContactCenter.Benchmarks.Memory;
using ContactCenter.Benchmarks.Relay;
using ContactCenter.Benchmarks.Sftp;
using ContactCenter.Benchmarks.Wfm;

// ContactCenter.Benchmarks [NAME...] [--quick] measures; "child NAME ARGUMENT..." is the server process of a measurement.
IBenchmark[] benchmarks =
[
    new AnalyticsBenchmark(), new CrmBenchmark(), new EnrichBenchmark(), new FollowUpsBenchmark(), new GrpcBenchmark(), new IngestBenchmark(), new JobsBenchmark(), new MemoryBenchmark(),
    new RelayBenchmark(), new SftpBenchmark(), new WfmBenchmark(),
];

if (args is ["child", var child, .. var childArguments])
{
    return child switch
    {
        GrpcEchoServer.ChildName => await GrpcEchoServer.RunAsync(childArguments),
        DurableWorker.ChildName => await DurableWorker.RunAsync(childArguments),
        CrmServers.Service => await CrmServers.RunServiceAsync(childArguments),
        CrmServers.Stub => await CrmServers.RunStubAsync(childArguments),
        FollowUpServers.Service => await FollowUpServers.RunServiceAsync(childArguments),
        FollowUpServers.Stub => await FollowUpServers.RunStubAsync(childArguments),
        IngestServers.Service => await IngestServers.RunServiceAsync(childArguments),
        IngestServers.FormReader => await IngestServers.RunFormReaderAsync(),
        SftpService.ChildName => await SftpService.RunAsync(childArguments),
        QuartzWorker.ChildName => await QuartzWorker.RunAsync(childArguments),
        _ => throw new ArgumentException($"There is no child process '{child}'."),
    };
}

// Servers keep their data on the disk: figures include what it takes to make them durable.
Environment.SetEnvironmentVariable("TMPDIR", Path.GetTempPath());
return await BenchmarkRun.RunAsync(benchmarks, args);
