namespace ContactCenter.Sandbox.Tests.Passes;

public sealed class LiveTrafficTests
{
    [Fact]
    public async Task Workers_log_in_tasks_arrive_and_workers_log_out_at_the_end()
    {
        var suite = new StubSuite();
        await using var stub = await suite.StartAsync();
        await using var sandbox = SandboxHost.Create([.. suite.Settings(), "--Sandbox:TasksPerMinute=600"]);

        await sandbox.StartAsync(TestContext.Current.CancellationToken);
        // As long as people let the telephone ring, and then as long as a busy machine needs.
        await Eventually.TrueAsync(() => suite.Received.Any(r => r.EventType == "reservation.accepted"));
        await sandbox.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(Activities(suite, "Available") >= 26, "Everyone logged in.");
        Assert.Equal(26, Activities(suite, "Offline"));
    }

    [Fact]
    public void A_missing_account_stops_the_start_and_names_the_setting()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => SandboxOptions.Account(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build()));

        Assert.Contains("Twilio:Accounts:0:AccountSid", failure.Message, StringComparison.Ordinal);
    }

    private static int Activities(StubSuite suite, string activity) =>
        suite.Received.Count(r => r.EventType == "worker.activity.update" && r.Activity == activity);
}
