using Dapper;

namespace ContactCenter.Durable.Tests.Jobs;

/// <summary>What the handlers of these tests are told.</summary>
public sealed record Number(int Value, string Key = "");

/// <summary>Stores one effect, in one transaction with the end of the job.</summary>
public sealed class AddNumber(DurableDatabase database) : IJobHandler
{
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var number = job.Payload<Number>();
        await transaction.Connection.ExecuteAsync(
            "INSERT INTO effects (message_id, key, number) VALUES (@Id, @Key, @Value)", new { job.Id, number.Key, number.Value });
        await job.CommitAsync(transaction, cancellationToken);
    }
}

/// <summary>Stores one effect; in the first attempt only when a line comes in. Says what becomes of it.</summary>
public sealed class AddAfterPause(DurableDatabase database) : IJobHandler
{
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        Console.WriteLine($"runs attempt {job.Attempt} with fence {job.Fence}");
        if (job.Attempt == 1)
            await Console.In.ReadLineAsync(cancellationToken);
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.Connection.ExecuteAsync("INSERT INTO effects (message_id, number) VALUES (@Id, @Fence)", new { job.Id, job.Fence });
        try
        {
            await job.CommitAsync(transaction, cancellationToken);
        }
        catch (LeaseLostException)
        {
            Console.WriteLine("lease lost");
            throw;
        }

        Console.WriteLine("stored");
    }
}

/// <summary>Does what the test says, without a transaction.</summary>
public sealed class Scripted(Script script) : IJobHandler
{
    public Task RunAsync(JobRun job, CancellationToken cancellationToken) => script.Run(job, cancellationToken);
}

/// <summary>What <see cref="Scripted"/> does.</summary>
public sealed record Script(Func<JobRun, CancellationToken, Task> Run);

/// <summary>Ends its own process as kill -9 does.</summary>
public sealed class KillProcess : IJobHandler
{
    public Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        process.Kill();
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
