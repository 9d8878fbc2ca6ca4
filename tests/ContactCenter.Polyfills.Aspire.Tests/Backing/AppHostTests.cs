using System.Text.Json;
using ContactCenter.Polyfills.Aspire.Tests.Hosting;

namespace ContactCenter.Polyfills.Aspire.Tests.Backing;

/// <summary>The suite's AppHost as a process.</summary>
public sealed class AppHostTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder = TestProgram.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Killing_the_AppHost_leaves_neither_servers_nor_services()
    {
        await using var appHost = TestProgram.StartAppHost(_folder, [], "--Backing:Mode", "Native");
        await appHost.UntilWrittenAsync("Ctrl-C stops everything.", Limit);
        foreach (var name in new[] { "postgres", "redis", "rabbitmq", "sftp", "insights-enrichment", "storage-export" })
            Assert.Contains($"{name,-22} ready", appHost.Output, StringComparison.Ordinal);
        Assert.Contains(Processes.With(_folder), process => process.Contains("postgres: ", StringComparison.Ordinal));
        Assert.Contains(Processes.With(appHost.Mark), process => process.Contains("epmd", StringComparison.Ordinal));

        await appHost.SignalAsync("KILL");

        Assert.Equal(137, await appHost.ExitAsync(Limit));
        await appHost.NothingLeftAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_folder_is_used_by_one_AppHost_at_a_time()
    {
        await using var other = new FileStream(Path.Combine(_folder, "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await using var appHost = TestProgram.StartAppHost(_folder, [], "--Backing:Mode", "Native");

        Assert.Equal(2, await appHost.ExitAsync(Limit));

        Assert.Equal(
            $"Another AppHost uses {_folder}. Stop it, or give this one a folder of its own: --Backing:DataPath FOLDER", appHost.Output.Trim());
    }

    [Theory]
    [InlineData("Sideways", "Backing:Mode is Sideways; it must be Containers, Native or External.")]
    [InlineData("7", "Backing:Mode is 7; it must be Containers, Native or External.")]
    [InlineData("External", "Backing:Mode is External: set ConnectionStrings:postgres to a server whose databases are insights_enrichment, crm_connector, wfm_connector, follow_up_scheduler, storage_export.")]
    public async Task A_wrong_choice_of_servers_ends_with_a_message(string mode, string message)
    {
        await using var appHost = TestProgram.StartAppHost(_folder, [], "--Backing:Mode", mode);

        Assert.Equal(2, await appHost.ExitAsync(Limit));

        Assert.Equal(message, appHost.Output.Trim());
    }

    [Fact]
    public async Task Containers_get_their_secrets_by_environment_and_listen_on_loopback_only()
    {
        var engine = Directory.CreateDirectory(Path.Combine(_folder, "engine")).FullName;
        var docker = Path.Combine(engine, "docker");
        // Renamed when complete, since the test waits for the file.
        await File.WriteAllTextAsync(docker, """
            #!/usr/bin/env bash
            [[ $1 == run ]] || exit 0
            env >"$ENGINE/$4.env"
            printf '%s\n' "$@" >"$ENGINE/$4.new"
            mv "$ENGINE/$4.new" "$ENGINE/$4.args"
            exec sleep 300
            """, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var appHost = TestProgram.StartAppHost(
            _folder, [new("PATH", $"{engine}:{Environment.GetEnvironmentVariable("PATH")}"), new("ENGINE", engine)], "--Backing:Mode", "Containers");

        string[] names = ["postgres", "redis", "rabbitmq"];
        string Record(string name, string kind) => Path.Combine(engine, $"contactcenter.apphost-{name}.{kind}");
        await Eventually.TrueAsync(() => names.All(name => File.Exists(Record(name, "args"))), Limit);
        var running = Processes.With(appHost.Mark);
        await appHost.SignalAsync("TERM");
        Assert.Equal(0, await appHost.ExitAsync(Limit));
        await appHost.NothingLeftAsync(TimeSpan.FromSeconds(60));

        var arguments = names.ToDictionary(name => name, name => string.Join(' ', File.ReadAllLines(Record(name, "args"))));
        Assert.Matches(
            @"^run --rm --name contactcenter\.apphost-postgres --publish 127\.0\.0\.1:\d+:5432 --volume contactcenter-postgres:/var/lib/postgresql "
            + @"--env POSTGRES_USER --env POSTGRES_PASSWORD docker\.io/library/postgres:[\d.]+$",
            arguments["postgres"]);
        Assert.Matches(
            @"^run --rm --name contactcenter\.apphost-redis --publish 127\.0\.0\.1:\d+:6379 --volume contactcenter-redis:/data "
            + @"--env REDIS_PASSWORD --entrypoint /bin/sh docker\.io/library/redis:[\d.]+ -c exec redis-server --requirepass ""\$REDIS_PASSWORD"" --appendonly yes$",
            arguments["redis"]);
        Assert.Matches(
            @"^run --rm --name contactcenter\.apphost-rabbitmq --publish 127\.0\.0\.1:\d+:5672 --volume contactcenter-rabbitmq:/var/lib/rabbitmq "
            + @"--env RABBITMQ_DEFAULT_USER --env RABBITMQ_DEFAULT_PASS --env RABBITMQ_NODENAME docker\.io/library/rabbitmq:[\d.]+$",
            arguments["rabbitmq"]);

        var secrets = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(_folder, "secrets.json"), TestContext.Current.CancellationToken))!;
        Assert.Contains($"POSTGRES_PASSWORD={secrets["postgres-password"]}\n", await File.ReadAllTextAsync(Record("postgres", "env"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.All(secrets.Values, secret => Assert.DoesNotContain(running, process => process.Contains(secret, StringComparison.Ordinal)));
        Assert.All(secrets.Values, secret => Assert.DoesNotContain(secret, string.Concat(arguments.Values), StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "secrets.json")));
    }
}
