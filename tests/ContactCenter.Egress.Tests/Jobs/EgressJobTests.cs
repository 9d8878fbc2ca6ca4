using System.Net;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.Tests.Jobs;

/// <summary>From an answer to what its job's policy makes of it.</summary>
public sealed class EgressJobTests
{
    private static readonly DateTimeOffset Ten = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private static readonly RetryPolicy Steady = RetryPolicy.Default with { Name = "steady", Jitter = 0 };

    /// <summary>Example 7.2.</summary>
    [Theory]
    [Rule("EGR-17")]
    [InlineData("default", "120", 120, 132)]
    [InlineData("default", "Mon, 02 Mar 2026 10:02:00 GMT", 120, 132)]
    [InlineData("steady", "-5", 5, 5)]
    [InlineData("steady", "soon", 5, 5)]
    [InlineData("steady", "Mon, 02 Mar 2026 09:59:59 GMT", 5, 5)]
    [InlineData("week", "172800", 86_400, 95_040)]
    public void Retry_After_replaces_the_computed_delay_with_jitter_only_upwards(string policy, string retryAfter, int least, int most)
    {
        for (var i = 0; i < 200; i++)
            Assert.InRange(Decide(policy, Answer(HttpStatusCode.TooManyRequests, ("Retry-After", retryAfter))).Delay!.Value.TotalSeconds, least, most);
    }

    [Fact]
    [Rule("EGR-17")]
    [Rule("DUR-36")]
    public void Retry_After_beyond_the_longest_age_ends_the_job_at_once() =>
        Assert.Equal("MAX_AGE", Decide("default", Answer(HttpStatusCode.TooManyRequests, ("Retry-After", "172800"))).Reason);

    [Theory]
    [Rule("EGR-13")]
    [InlineData(503, "RETRY")]
    [InlineData(408, "RETRY")]
    [InlineData(404, "FINAL")]
    [InlineData(501, "FINAL")]
    public void A_status_is_retried_or_final_as_the_policy_says(int status, string expected) =>
        Assert.Equal(expected, Decide("default", Answer((HttpStatusCode)status)).Reason ?? "RETRY");

    [Fact]
    [Rule("EGR-18")]
    public void The_receiver_may_abort_whatever_the_policy_says()
    {
        var failure = Answer(HttpStatusCode.ServiceUnavailable, ("webhook-delivery", "abort-message"), ("Retry-After", "120"));
        Assert.Equal(JobFailureKind.Final, failure.Kind);
    }

    [Theory]
    [Rule("EGR-13")]
    [Rule("EGR-28")]
    [InlineData("THROTTLED", JobFailureKind.Wait)]
    [InlineData("BREAKER_OPEN", JobFailureKind.Wait)]
    [InlineData("REAUTHORIZATION_REQUIRED", JobFailureKind.WaitWithoutAge)]
    public void What_was_not_tried_is_a_wait_for_the_reserved_time(string reason, JobFailureKind kind)
    {
        var failure = EgressException.Wait(reason, "Later.", TimeSpan.FromSeconds(7));
        Assert.Equal((reason.ToLowerInvariant(), kind, TimeSpan.FromSeconds(7)), (failure.ErrorClass, failure.Kind, failure.Delay));
    }

    [Fact]
    [Rule("EGR-13")]
    public void A_handler_gets_the_answer_or_leaves_the_failure_to_its_job()
    {
        var answer = new EgressResponse(200, new Dictionary<string, string>(), default);
        Assert.Same(answer, new EgressOutcome { Response = answer }.EnsureSuccess());
        var failure = Answer(HttpStatusCode.BadGateway).Failure;
        Assert.Same(failure, Assert.Throws<EgressException>(() => new EgressOutcome { Response = answer with { Status = 502 }, Failure = failure }.EnsureSuccess()).Failure);
    }

    private static RetryDecision Decide(string policy, EgressException exception)
    {
        var failure = exception;
        Assert.Equal(JobFailureKind.Failed, failure.Kind);
        return RetryPolicy.BuiltIn.Append(Steady).Single(known => known.Name == policy).Decide(failure.ErrorClass, 1, TimeSpan.Zero, 0.5, failure.Delay);
    }

    private static EgressException Answer(HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage(status);
        foreach (var (name, value) in headers)
            Assert.True(response.Headers.TryAddWithoutValidation(name, value));
        return new EgressException(Classification.OfStatus(response, Ten));
    }
}
