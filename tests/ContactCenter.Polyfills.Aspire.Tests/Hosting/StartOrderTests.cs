using System.Net;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>Who starts when, and what is said when somebody cannot.</summary>
public sealed class StartOrderTests
{
    [Fact]
    public async Task Who_waits_starts_once_the_other_is_healthy_and_prepared()
    {
        var health = HealthCheckResult.Unhealthy("still recovering");
        var prepared = new TaskCompletionSource();
        await using var application = await TestApplication.StartAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("recovery", () => health);
            var server = builder.AddSleeper("server").WithHealthCheck("recovery").OnResourceReady((_, _, _) => prepared.Task);
            var middle = builder.AddSleeper("middle").WaitFor(server);
            builder.AddSleeper("last").WaitFor(middle);
        });
        var unhealthy = await application.UntilAsync("server", snapshot => snapshot.HealthReports.Any());
        Assert.Equal("still recovering", Assert.Single(unhealthy.HealthReports).Description);
        Assert.Equal(HealthStatus.Unhealthy, unhealthy.HealthStatus);
        Assert.Equal(["server"], (await application.UntilAsync("middle", KnownResourceStates.Waiting)).WaitsFor);

        health = HealthCheckResult.Healthy();
        await application.UntilAsync("server", snapshot => snapshot.HealthStatus == HealthStatus.Healthy);
        Assert.Equal(KnownResourceStates.Waiting, application.Now("middle").State?.Text);

        prepared.SetResult();
        await application.UntilReadyAsync("last");
        Assert.True(application.Now("server").Since < application.Now("middle").Since);
        Assert.True(application.Now("middle").Since < application.Now("last").Since);
    }

    [Fact]
    public async Task An_http_check_wants_the_expected_status()
    {
        var port = new FreePorts().Take();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        var status = 503;
        await using var application = await TestApplication.StartAsync(builder =>
            builder.AddSleeper("web").WithHttpEndpoint(port: port).WithHttpHealthCheck("/health"));
        await application.UntilAsync("web", snapshot => snapshot.HealthReports.Any(report => report.Description == $"http://127.0.0.1:{port}/health does not answer."));

        listener.Start();
        _ = AnswerAsync();
        await application.UntilAsync("web", snapshot => snapshot.HealthReports.Any(report => report.Description == $"http://127.0.0.1:{port}/health answers 503 instead of 200."));
        Assert.False(application.Now("web").Ready);

        status = 200;
        await application.UntilReadyAsync("web");

        async Task AnswerAsync()
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                using var reader = new StreamReader(client.GetStream());
                var request = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
                while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 })
                {
                    // Its header fields.
                }

                var answer = request == "GET /health HTTP/1.1" ? status : 404;
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task Who_waits_in_vain_fails_and_says_for_what()
    {
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                builder.Services.AddHealthChecks().AddCheck("recovery", () => HealthCheckResult.Unhealthy("still recovering"));
                builder.AddSleeper("client").WaitFor(builder.AddSleeper("fine")).WaitFor(builder.AddSleeper("server").WithHealthCheck("recovery"));
            },
            new OrchestratorOptions { WaitLimit = TimeSpan.FromSeconds(4) });

        await application.UntilAsync("client", KnownResourceStates.FailedToStart);

        Assert.Equal(["Not ready within 4 s: 'server' is Running (still recovering)."], application.Log("client"));
    }

    [Theory]
    [InlineData(0, "Running")]
    [InlineData(3, "FailedToStart")]
    public async Task Who_waits_for_the_end_of_another_wants_its_exit_code(int exitCode, string state)
    {
        await using var application = await TestApplication.StartAsync(builder =>
            builder.AddSleeper("service").WaitForCompletion(builder.AddScript("migration", $"exit {exitCode}")));

        await application.UntilAsync("service", state);

        Assert.Equal(exitCode, application.Now("migration").ExitCode);
        Assert.Equal(exitCode == 0 ? [] : ["Needs 'migration', which ended with exit code 3 instead of 0."], application.Log("service"));
    }

    [Fact]
    public async Task A_program_that_is_missing_fails_clearly_and_with_it_who_needs_it()
    {
        await using var application = await TestApplication.StartAsync(builder =>
        {
            var missing = builder.AddExecutable("missing", "no-such-program", "/");
            builder.AddSleeper("needs-it").WaitFor(missing);
            builder.AddExecutable("nowhere", "true", "/no/such/folder");
        });

        await application.UntilAsync("needs-it", KnownResourceStates.FailedToStart);
        await application.UntilAsync("nowhere", KnownResourceStates.FailedToStart);

        Assert.Equal(["The program 'no-such-program' is not there or not executable. Install or build it."], application.Log("missing"));
        Assert.Equal(["Needs 'missing', which did not start."], application.Log("needs-it"));
        Assert.Equal(["The folder /no/such/folder does not exist."], application.Log("nowhere"));
    }

    [Fact]
    public async Task Resources_that_wait_for_each_other_are_refused()
    {
        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(() => TestApplication.StartAsync(builder =>
        {
            var one = builder.AddSleeper("one");
            var two = builder.AddSleeper("two").WaitFor(one);
            one.WaitFor(two);
        }));

        Assert.Equal("'one' waits for itself, by way of others. Remove one of the WaitFor calls.", failure.Message);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("1st")]
    [InlineData("a--b")]
    [InlineData("")]
    [InlineData("taken")]
    public void Names_that_are_invalid_or_taken_are_refused(string name)
    {
        var builder = DistributedApplication.CreateBuilder();
        builder.AddSleeper("taken");

        var failure = Assert.Throws<DistributedApplicationException>(() => builder.AddSleeper(name));

        Assert.Contains($"'{name}'", failure.Message, StringComparison.Ordinal);
    }
}
