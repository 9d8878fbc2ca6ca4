using ContactCenter.Polyfills.Aspire.Tests.Hosting;

namespace ContactCenter.Polyfills.Aspire.Tests.Backing;

/// <summary>The servers in containers, with a container engine that runs the system's own servers instead.</summary>
public sealed class ContainerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder = TestProgram.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Servers_are_ready_when_they_answer_in_their_protocol()
    {
        var engine = Directory.CreateDirectory(Path.Combine(_folder, "engine")).FullName;
        var docker = Path.Combine(engine, "docker");
        // run --rm --name NAME --publish 127.0.0.1:PORT:…
        await File.WriteAllTextAsync(docker, $"""
            #!/usr/bin/env bash
            [[ $1 == run ]] || exit 0
            name=$4 port=${"{6#*:}"}
            case $name in
                *rabbitmq) script=rabbitmq ;;
                *redis) script=redis ;;
                *postgres) script=postgres ;;
            esac
            exec '{ServerProcess.RepositoryRoot}ContactCenter.AppHost/Backing/native/'$script.sh "$DATA/$name" "${"{port%%:*}"}"
            """, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = Path.Combine(_folder, "data");

        await using var appHost = TestProgram.StartAppHost(
            _folder, [new("PATH", $"{engine}:{Environment.GetEnvironmentVariable("PATH")}"), new("DATA", data)], "--Backing:Mode", "Containers");
        await appHost.UntilWrittenAsync("Ctrl-C stops everything.", Limit);

        foreach (var name in new[] { "postgres", "redis", "rabbitmq", "insights-enrichment" })
            Assert.Contains($"{name,-22} ready", appHost.Output, StringComparison.Ordinal);
        Assert.True(
            appHost.Output.IndexOf("rabbitmq  ", StringComparison.Ordinal) < appHost.Output.IndexOf("insights-enrichment  ", StringComparison.Ordinal),
            "The services begin after the broker answers.");
        await appHost.SignalAsync("TERM");
        Assert.Equal(0, await appHost.ExitAsync(Limit));
        await appHost.NothingLeftAsync(TimeSpan.FromSeconds(60));
    }
}
