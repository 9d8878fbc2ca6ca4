namespace ContactCenter.Durable.Tests.Retries;

public sealed class RetryPolicyTests
{
    private static readonly DateTimeOffset Ten = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [Rule("DUR-34")]
    [InlineData("status 429", "429", true)]
    [InlineData("status 429", "428", false)]
    [InlineData("status 408, 429, 5xx", "503", true)]
    [InlineData("status 408, 429, 5xx", "dns", false)]
    [InlineData("5xx", "599", true)]
    [InlineData("5XX", "600", false)]
    [InlineData("5xx", "5000", false)]
    [InlineData("status", "301", true)]
    [InlineData("status", "timeout", false)]
    [InlineData("dns, connect", "connect", true)]
    [InlineData("dns,connect", "tls", false)]
    [InlineData("timeout", "TIMEOUT", true)]
    [InlineData("exception", "InvalidOperationException", true)]
    [InlineData("exception", "quota_used_up", false)]
    [InlineData("exception", "503", false)]
    [InlineData("*", "anything", true)]
    public void A_rule_matches_names_codes_lists_and_classes_of_codes(string pattern, string errorClass, bool matches) =>
        Assert.Equal(matches, new RetryRule(pattern, RetryAction.Retry).Matches(errorClass));

    [Theory]
    [Rule("DUR-34")]
    [InlineData("503", 1, "RETRY")]
    [InlineData("500", 1, "FINAL")]
    [InlineData("429", 1, "RETRY")]
    [InlineData("429", 2, "MAX_ATTEMPTS")]
    [InlineData("dns", 1, "FINAL")]
    public void The_first_rule_that_matches_decides_and_without_one_the_failure_is_final(string errorClass, int attempts, string expected)
    {
        var policy = RetryPolicy.Default with
        {
            Name = "ordered",
            Rules = [new("503", RetryAction.Retry), new("5xx", RetryAction.Final), new("429", RetryAction.RetryOnce), new("status", RetryAction.Retry)],
        };

        var decision = policy.Decide(errorClass, attempts, TimeSpan.Zero, 0.5);

        Assert.Equal(expected, decision.Reason ?? "RETRY");
    }

    [Fact]
    [Rule("EGR-13")]
    [Rule("DUR-35")]
    public void Built_in_policies_retry_what_may_pass_and_nothing_else_that_an_outbound_call_reports()
    {
        string[] transient = ["dns", "connect", "timeout", "reset", "408", "425", "429", "500", "502", "503", "504"];
        string[] lasting = ["tls", "denied", "too_large", "bad_content", "redirect", "301", "400", "401", "403", "404", "409", "422", "501", "505"];
        Assert.All(RetryPolicy.BuiltIn, policy =>
        {
            Assert.All(transient, errorClass => Assert.NotNull(policy.Decide(errorClass, 1, TimeSpan.Zero, 0.5).Delay));
            Assert.All(lasting, errorClass => Assert.Equal("FINAL", policy.Decide(errorClass, 1, TimeSpan.Zero, 0.5).Reason));
        });
    }

    /// <summary>Example 7.1, the jitter.</summary>
    [Fact]
    [Rule("DUR-34")]
    public void With_jitter_the_tenth_attempt_lies_within_a_fifth_of_its_time()
    {
        Assert.Equal(2044, TenthAttempt(random: 0).TotalSeconds, 3);
        Assert.Equal(3066, TenthAttempt(random: 1).TotalSeconds, 3);

        static TimeSpan TenthAttempt(double random)
        {
            var age = TimeSpan.Zero;
            for (var attempt = 1; attempt < 10; attempt++)
                age += RetryPolicy.Default.Decide("timeout", attempt, age, random).Delay!.Value;
            return age;
        }
    }

    /// <summary>Example 7.2, what a policy makes of the pause that was asked for.</summary>
    [Theory]
    [Rule("EGR-17")]
    [Rule("DUR-36")]
    [InlineData("default", 120, "10:02:00")]
    [InlineData("default", 132, "10:02:12")]
    [InlineData("default", null, "10:00:05")]
    [InlineData("default", 86_401, "MAX_AGE")]
    [InlineData("week", 95_040, "12:24:00")]
    public void A_pause_that_was_asked_for_replaces_the_computed_one_within_the_longest_age(string name, int? seconds, string expected)
    {
        var policy = RetryPolicy.BuiltIn.Single(policy => policy.Name == name);

        var decision = policy.Decide("429", 1, TimeSpan.Zero, 0.5, seconds is { } asked ? TimeSpan.FromSeconds(asked) : null);

        Assert.Equal(expected, decision.Reason ?? $"{Ten + decision.Delay:HH:mm:ss}");
    }
}
