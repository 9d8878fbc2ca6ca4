using System.Diagnostics;
using ContactCenter.Durable.Tests.Jobs;

namespace ContactCenter.Durable.Tests.Telemetry;

public sealed class TraceTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-45")]
    public async Task A_job_and_the_message_it_publishes_carry_the_trace_of_their_cause()
    {
        using var source = new ActivitySource("ContactCenter.Durable.Tests");
        using var spans = new ActivityCollector(source.Name, "ContactCenter.Durable", "MassTransit");
        var host = await StartAsync(
            durable => durable.AddConsumer<NumberAddedConsumer>().AddJob<PublishNumber>("numbers.publish"));
        ActivityTraceId trace;
        using (var cause = source.StartActivity("cause"))
        {
            trace = cause!.TraceId;
            await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
            transaction.Enqueue("numbers.publish", new Number(7, "k"));
            await transaction.CommitAsync(Cancellation);
        }

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);
        await Eventually.TrueAsync(() => spans.Finished.Any(span => span.Source.Name == "MassTransit" && span.TraceId == trace));
        Assert.Contains(spans.Finished, span => span.OperationName == "job numbers.publish" && span.TraceId == trace);
    }
}

/// <summary>Publishes its number when it ends.</summary>
public sealed class PublishNumber(DurableDatabase database) : IJobHandler
{
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var number = job.Payload<Number>();
        transaction.Publish(new NumberAdded { Key = number.Key, Number = number.Value }, number.Key);
        await job.CommitAsync(transaction, cancellationToken);
    }
}
