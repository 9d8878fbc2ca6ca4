using System.Data.Common;
using System.Net.Sockets;
using ContactCenter.Probe.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class RpcFailureTests
{
    private const string Domain = "contactcenter.probe";

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    public static TheoryData<Exception> LostServers =>
    [
        new LostDatabaseException(),
        new SocketException(111),
        new TimeoutException("The pool has no connection."),
        new InvalidOperationException("wrapped", new LostDatabaseException()),
    ];

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task An_unexpected_error_is_internal_with_a_trace_id_and_no_text_of_the_exception(string environment)
    {
        using var logs = new LogCollector();
        await using var service = await Probe.ServeAsync(
            (_, _) => throw new InvalidOperationException("card 4111"),
            builder => builder.Logging.AddProvider(logs),
            $"--environment={environment}");

        var failure = await FailureOfAsync(service);
        var info = failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!;

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.Equal("INTERNAL", RpcErrors.ReasonOf(failure));
        Assert.Equal(Domain, info.Domain);
        Assert.Equal(32, info.Metadata["trace_id"].Length);
        Assert.Contains(info.Metadata["trace_id"], failure.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("4111", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains(logs.Lines, line => line.Exception?.Message == "card 4111");
    }

    [Theory]
    [MemberData(nameof(LostServers), DisableDiscoveryEnumeration = true)]
    [Rule("DUR-24")]
    public async Task Loss_of_a_backing_server_is_unavailable_with_the_time_to_wait(Exception loss)
    {
        await using var service = await Probe.ServeAsync((_, _) => throw loss);

        var failure = await FailureOfAsync(service);
        var status = failure.GetRpcStatus()!;

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal("DEPENDENCY_UNAVAILABLE", RpcErrors.ReasonOf(failure));
        Assert.Equal(1, status.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
        Assert.Single(status.Details, detail => detail.Is(ErrorInfo.Descriptor));
    }

    [Fact]
    public async Task A_lasting_database_error_is_not_called_unavailable()
    {
        await using var service = await Probe.ServeAsync((_, _) => throw new BrokenConstraintException());

        Assert.Equal(StatusCode.Internal, (await FailureOfAsync(service)).StatusCode);
    }

    [Fact]
    public async Task Every_kind_of_call_is_covered()
    {
        await using var service = await Probe.ServeAsync((_, _) => throw new InvalidOperationException());
        using var channel = Probe.ChannelTo(service);
        var client = new ProbeService.ProbeServiceClient(channel);

        using var collect = client.Collect(cancellationToken: Token);
        await collect.RequestStream.CompleteAsync();
        using var watch = client.Watch(new(), cancellationToken: Token);
        using var talk = client.Talk(cancellationToken: Token);
        await talk.RequestStream.WriteAsync(new(), Token);

        foreach (var failing in new Func<Task>[]
        {
            () => collect.ResponseAsync,
            () => watch.ResponseStream.MoveNext(Token),
            () => talk.ResponseStream.MoveNext(Token),
        })
        {
            Assert.Equal("INTERNAL", RpcErrors.ReasonOf(await Assert.ThrowsAsync<RpcException>(failing)));
        }
    }

    [Fact]
    public async Task A_typed_error_names_domain_reason_and_fields()
    {
        await using var service = await Probe.ServeAsync((_, _) => throw RpcErrors.InvalidArgument(
            Domain, "TEXT_TOO_LONG", [("text", "at most 5 characters"), ("other", "must be set")]));

        var failure = await FailureOfAsync(service);
        var status = failure.GetRpcStatus()!;

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Equal("text: at most 5 characters; other: must be set", failure.Status.Detail);
        Assert.Equal("TEXT_TOO_LONG", RpcErrors.ReasonOf(failure));
        Assert.Equal(["text", "other"], status.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field));
        Assert.Single(status.Details, detail => detail.Is(ErrorInfo.Descriptor));
    }

    [Fact]
    [Rule("DUR-57")]
    public async Task A_message_over_4_MiB_is_refused()
    {
        await using var service = await Probe.ServeAsync((text, _) => Task.FromResult($"{text.Length}"));
        using var channel = Probe.ChannelTo(service);
        var client = new ProbeService.ProbeServiceClient(channel);
        // A text field costs its tag and the four bytes of its length.
        const int LargestText = ServiceDefaultsExtensions.MaxMessageBytes - 5;

        var largest = await client.AskAsync(new() { Text = new string('x', LargestText) }, cancellationToken: Token);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.AskAsync(new() { Text = new string('x', LargestText + 1) }, cancellationToken: Token));

        Assert.Equal($"{LargestText}", largest.Text);
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task The_sum_of_a_stream_may_be_larger()
    {
        await using var service = await Probe.ServeAsync((text, _) => Task.FromResult($"{text.Length}"));
        using var channel = Probe.ChannelTo(service);
        using var call = new ProbeService.ProbeServiceClient(channel).Collect(cancellationToken: Token);

        for (var i = 0; i < 3; i++)
            await call.RequestStream.WriteAsync(new() { Text = new string('x', 2_000_000) }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.Equal("6000002", (await call.ResponseAsync).Text);
    }

    private static async Task<RpcException> FailureOfAsync(TestService service)
    {
        using var channel = Probe.ChannelTo(service);
        return await Assert.ThrowsAsync<RpcException>(async () =>
            await new ProbeService.ProbeServiceClient(channel).AskAsync(new(), cancellationToken: Token));
    }

    private sealed class LostDatabaseException() : DbException("Failed to connect to 10.1.2.3:5432")
    {
        public override bool IsTransient => true;
    }

    private sealed class BrokenConstraintException() : DbException("ck_things_are_positive")
    {
        public override bool IsTransient => false;
    }
}
