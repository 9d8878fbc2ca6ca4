using System.Net;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults.Rpc;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class DurableFailureTests
{
    private const string Create = "/contactcenter.probe.v1.ProbeService/CreateThing";
    private const string Update = "/contactcenter.probe.v1.ProbeService/UpdateThing";
    private static readonly CallKey Key = new("a", Update, new Guid("5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11"));

    public static TheoryData<Exception, string, StatusCode, string> All { get; } = new()
    {
        { new OutboxFullException(), Update, StatusCode.ResourceExhausted, SharedErrors.Overloaded },
        { new DatabaseBusyException(), Update, StatusCode.ResourceExhausted, SharedErrors.Overloaded },
        { new InvalidRequestIdException("7"), Update, StatusCode.InvalidArgument, SharedErrors.RequestIdInvalid },
        { new RequestIdReusedException(Key), Create, StatusCode.AlreadyExists, SharedErrors.RequestIdReused },
        { new RequestIdReusedException(Key), Update, StatusCode.InvalidArgument, SharedErrors.RequestIdReused },
        { new RequestInProgressException(Key), Update, StatusCode.Aborted, SharedErrors.RequestInProgress },
        { new MessageTooLargeException("urn", 600_000), Update, StatusCode.InvalidArgument, SharedErrors.MessageTooLarge },
        { new JobTooLargeException("kind", 70_000), Update, StatusCode.InvalidArgument, SharedErrors.JobTooLarge },
        { new UnknownJobKindException("kind"), Update, StatusCode.InvalidArgument, SharedErrors.UnknownJobKind },
    };

    [Theory]
    [Rule("DUR-9")]
    [Rule("DUR-19")]
    [Rule("DUR-22")]
    [Rule("DUR-23")]
    [Rule("DUR-26")]
    [Rule("DUR-56")]
    [MemberData(nameof(All))]
    public void What_is_refused_has_its_status_and_reason(Exception failure, string method, StatusCode code, string reason)
    {
        var status = DurableFailures.StatusOf(failure, method, "contactcenter.probe")!;

        Assert.Equal((code, reason), (status.StatusCode, RpcErrors.ReasonOf(status)));
        Assert.Equal("contactcenter.probe", status.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Domain);
        if (code == StatusCode.ResourceExhausted)
            Assert.InRange(status.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan().TotalSeconds, 1, 30);
    }

    [Fact]
    public void Any_other_exception_is_no_refusal() =>
        Assert.Null(DurableFailures.StatusOf(new InvalidOperationException(), Update, "contactcenter.probe"));

    [Fact]
    [Rule("DUR-14")]
    [Rule("DUR-56")]
    public async Task Over_HTTP_an_overload_is_a_503_with_a_time_to_wait()
    {
        await using var service = await TestService.StartAsync(map: app => app.MapGet("/full", string () => throw new OutboxFullException()).AllowAnonymous());

        var response = await service.Http.GetAsync("/full", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 10, 30);
    }
}
