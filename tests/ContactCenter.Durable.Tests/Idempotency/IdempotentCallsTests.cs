using ContactCenter.Durable.Idempotency;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ContactCenter.Durable.Tests.Idempotency;

public sealed class IdempotentCallsTests(TestServers servers) : DurableTest(servers)
{
    private const string R = "5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11";
    private readonly ManualTimeProvider _time = new();

    protected override Task<string> TakeBrokerAsync() => Servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("DUR-20")]
    [Rule("DUR-21")]
    [Rule("DUR-22")]
    [Rule("DUR-25")]
    public async Task Example_7_6()
    {
        var replica = await StartCallsAsync();
        var other = await StartCallsAsync();

        var first = await CreateAsync(replica, "key-a", R, "X");
        _time.Advance(TimeSpan.FromMinutes(1));
        var repeated = await CreateAsync(other, "key-a", R, "X");
        Assert.Equal((first.Response, true), (repeated.Response, repeated.Replayed));
        Assert.False(first.Replayed);

        await Assert.ThrowsAsync<RequestIdReusedException>(() => CreateAsync(other, "key-a", R, "Y"));
        var byAnother = await CreateAsync(other, "key-b", R, "X");
        Assert.NotEqual(first.Response, byAnother.Response);

        _time.SetUtcNow(_time.GetUtcNow() + TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1) - TimeSpan.FromSeconds(1));
        Assert.True((await CreateAsync(replica, "key-a", R, "X")).Replayed);
        _time.Advance(TimeSpan.FromSeconds(1));
        var later = await CreateAsync(replica, "key-a", R, "X");
        Assert.False(later.Replayed);
        Assert.NotEqual(first.Response, later.Response);
    }

    [Fact]
    [Rule("DUR-20")]
    public async Task A_failed_call_stores_nothing_and_its_repetition_runs()
    {
        var calls = await StartCallsAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => calls.RunAsync<CreateNumberRequest, CreateNumberResponse>("a", "m", new CreateNumberRequest { RequestId = R, Name = "X" }, _ => throw new TimeoutException(), Cancellation));

        Assert.False((await CreateAsync(calls, "a", R, "X")).Replayed);
    }

    [Theory]
    [Rule("DUR-19")]
    [InlineData("not-a-uuid")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("{5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11}")]
    [InlineData("5f0c6d0e2d0b4c589a3e1b1a7f0c9d11")]
    public async Task Another_form_than_a_canonical_UUID_is_refused(string requestId)
    {
        var calls = await StartCallsAsync();

        await Assert.ThrowsAsync<InvalidRequestIdException>(() => CreateAsync(calls, "a", requestId, "X"));
    }

    [Fact]
    [Rule("DUR-19")]
    public async Task Without_a_request_id_every_call_runs()
    {
        var calls = await StartCallsAsync();

        var first = await CreateAsync(calls, "a", "", "X");

        Assert.NotEqual(first.Response, (await CreateAsync(calls, "a", "", "X")).Response);
    }

    [Fact]
    [Rule("DUR-23")]
    public async Task Of_concurrent_calls_with_one_key_one_runs_and_the_others_get_its_answer()
    {
        var calls = await StartCallsAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(calls, "a", R, "X")));

        Assert.Single(answers, answer => !answer.Replayed);
        Assert.Single(answers.Select(answer => answer.Response.Id).Distinct());
        Assert.Equal(1, await ScalarAsync<int>("SELECT count(*) FROM effects"));
    }

    [Fact]
    [Rule("DUR-23")]
    public async Task A_deadline_that_ends_while_waiting_says_that_the_request_is_in_progress()
    {
        var calls = await StartCallsAsync();
        var running = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var first = calls.RunAsync<CreateNumberRequest, CreateNumberResponse>(
            "a",
            "m",
            new CreateNumberRequest { RequestId = R, Name = "X" },
            async _ =>
            {
                running.SetResult();
                await mayEnd.Task;
                return new CreateNumberResponse { Id = 17 };
            },
            Cancellation);
        await running.Task;

        using var deadline = new CancellationTokenSource();
        var second = calls.RunAsync<CreateNumberRequest, CreateNumberResponse>("a", "m", new CreateNumberRequest { RequestId = R, Name = "X" }, _ => throw new InvalidOperationException(), deadline.Token);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 1);
        await deadline.CancelAsync();
        await Assert.ThrowsAsync<RequestInProgressException>(() => second);

        mayEnd.SetResult();
        Assert.Equal(17, (await first).Response.Id);
    }

    private async Task<IdempotentCalls> StartCallsAsync()
    {
        var host = await StartAsync(more: builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)));
        return host.Services.GetRequiredService<IdempotentCalls>();
    }

    private static Task<IdempotentAnswer<CreateNumberResponse>> CreateAsync(IdempotentCalls calls, string caller, string requestId, string name) =>
        calls.RunAsync(
            caller,
            "/contactcenter.durable.tests.v1.Numbers/CreateNumber",
            new CreateNumberRequest { RequestId = requestId, Name = name },
            async transaction => new CreateNumberResponse
            {
                Id = await transaction.Connection.ExecuteScalarAsync<long>("INSERT INTO effects (key, number) VALUES (@name, 0) RETURNING id", new { name }),
            },
            Cancellation);
}
