using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Jobs;

/// <summary>A process as the database sees it, each of its steps made by the test.</summary>
internal sealed class Replica(IHost host)
{
    private readonly JobStore _store = host.Services.GetRequiredService<JobStore>();
    private readonly JobQueue _kinds = host.Services.GetRequiredService<JobQueue>();
    private readonly ClaimMemory _memory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan Ahead { get; set; }

    public DateTimeOffset Now => TimeProvider.System.GetUtcNow() + Ahead;

    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int limit) => (await ExchangeAsync([], [], limit)).Claimed;

    public async Task<Exchange> ExchangeAsync(IReadOnlyCollection<ClaimedJob> finished, IReadOnlyCollection<Postponement> postponed, int limit) =>
        await _store.ExchangeAsync(finished, postponed, new ClaimRequest(_kinds.Kinds, Now, TimeSpan.FromMinutes(1), limit), _memory, Cancellation);

    /// <summary>Finishes jobs.</summary>
    /// <returns>How many were lost.</returns>
    public async Task<int> FinishAsync(params IReadOnlyCollection<ClaimedJob> jobs) => (await ExchangeAsync(jobs, [], limit: 0)).Lost;

    public async Task<int> PostponeAsync(ClaimedJob job, DateTimeOffset due) => (await ExchangeAsync([], [new Postponement(job, due, IsCounted: true)], limit: 0)).Lost;

    /// <summary>Makes a job a dead letter, by the mode of its kind.</summary>
    public Task<bool> BuryAsync(ClaimedJob job) => _store.SettleAsync(job, LetterOf(job), _kinds[job.Kind].KeyMode == KeyMode.Strict, [], Now, Cancellation);

    /// <summary>Claims and finishes until nothing is left that is due.</summary>
    /// <returns>The numbers in the order in which they ran.</returns>
    public async Task<IReadOnlyList<int>> DrainAsync()
    {
        var order = new List<int>();
        while (await ClaimAsync(1) is [var job])
        {
            order.Add(NumberOf(job));
            await FinishAsync(job);
        }

        return order;
    }

    public static int NumberOf(ClaimedJob job) => System.Text.Json.JsonSerializer.Deserialize<Number>(job.Payload, System.Text.Json.JsonSerializerOptions.Web)!.Value;

    /// <summary>Replays the dead letter of a job.</summary>
    public async Task ReplayAsync(ClaimedJob job)
    {
        await using var transaction = await host.Services.GetRequiredService<DurableDatabase>().BeginAsync(Cancellation);
        var now = Now;
        transaction.Replay(new QueuedJob(new EnqueuedJob(job.Id), job.Kind, job.Group, job.Key, job.DeduplicationKey, job.Payload, now, now, null, MovesExisting: false));
        await transaction.CommitAsync(Cancellation);
    }

    /// <summary>Discards the dead letter of a job.</summary>
    public async Task DiscardAsync(ClaimedJob job)
    {
        await using var transaction = await host.Services.GetRequiredService<DurableDatabase>().BeginAsync(Cancellation);
        transaction.Discard(job.Id, job.Key);
        await transaction.CommitAsync(Cancellation);
    }

    private DeadLetter LetterOf(ClaimedJob job) => new(
        DeadLetterSource.Job, job.Id, job.Kind, job.Group, job.Key, "FINAL", "test", "failed", job.Attempt, job.EnqueuedTime, Now, job.Payload, null, null, job.DeduplicationKey);
}
