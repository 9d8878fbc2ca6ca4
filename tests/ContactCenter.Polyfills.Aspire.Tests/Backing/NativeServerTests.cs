using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.Running;
using ContactCenter.Polyfills.Aspire.Tests.Hosting;
using Npgsql;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace ContactCenter.Polyfills.Aspire.Tests.Backing;

/// <summary>The scripts that run servers of the system's packages.</summary>
public sealed class NativeServerTests : IDisposable
{
    private const string Password = "pa55word";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder = TestProgram.NewFolder();
    private readonly int _port = new FreePorts().Take();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Postgres_keeps_its_data()
    {
        var connectionString = $"Host=127.0.0.1;Port={_port};Username=postgres;Password={Password};Pooling=false;Timeout=5";
        await KeepsDataAsync(
            "postgres.sh",
            () => ExecuteAsync("create table kept as select 'as before'"),
            async () => Assert.Equal("as before", await ExecuteAsync("select * from kept")),
            ("POSTGRES_PASSWORD", Password));

        async Task<object?> ExecuteAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(Token);
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync(Token);
        }
    }

    [Fact]
    public async Task Redis_keeps_its_data()
    {
        await KeepsDataAsync(
            "redis.sh",
            () => UseAsync(database => database.StringSetAsync("kept", "as before")),
            () => UseAsync(async database => Assert.Equal("as before", (string?)await database.StringGetAsync("kept"))),
            ("REDIS_PASSWORD", Password));

        async Task UseAsync(Func<IDatabase, Task> use)
        {
            using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_port},password={Password}");
            await use(connection.GetDatabase());
        }
    }

    [Fact]
    public async Task RabbitMQ_keeps_its_data()
    {
        await KeepsDataAsync(
            "rabbitmq.sh",
            () => UseAsync(async channel =>
            {
                await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
                await channel.BasicPublishAsync("", "kept", mandatory: true, new BasicProperties { Persistent = true }, "as before"u8.ToArray(), Token);
            }),
            () => UseAsync(async channel => Assert.Equal("as before"u8.ToArray(), (await channel.BasicGetAsync("kept", autoAck: true, Token))!.Body.ToArray())),
            ("RABBITMQ_DEFAULT_USER", "user"), ("RABBITMQ_DEFAULT_PASS", Password));

        async Task UseAsync(Func<IChannel, Task> use)
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri($"amqp://user:{Password}@127.0.0.1:{_port}") }.CreateConnectionAsync(Token);
            await using var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Token);
            await use(channel);
        }
    }

    [Fact]
    public Task Sshd_keeps_its_files_and_its_keys()
    {
        var file = Path.Combine(_folder, "kept");
        File.WriteAllText(file, "as before");
        return KeepsDataAsync(
            "sshd.sh",
            () => SftpAsync($"put {file} kept"),
            async () =>
            {
                await SftpAsync($"get kept {file}.back");
                Assert.Equal("as before", await File.ReadAllTextAsync($"{file}.back", Token));
            });

        async Task SftpAsync(string command)
        {
            var data = Path.Combine(_folder, "data");
            using var sftp = Process.Start(new ProcessStartInfo(
                "sftp", ["-b", "-", "-P", $"{_port}", "-i", $"{data}/client_key", "-o", $"UserKnownHostsFile={data}/known_hosts", "-o", "BatchMode=yes", "127.0.0.1"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await sftp.StandardInput.WriteLineAsync(command.AsMemory(), Token);
            sftp.StandardInput.Close();
            var output = sftp.StandardOutput.ReadToEndAsync(Token);
            var errors = await sftp.StandardError.ReadToEndAsync(Token).WaitAsync(Limit, Token);
            await sftp.WaitForExitAsync(Token).WaitAsync(Limit, Token);
            Assert.True(sftp.ExitCode == 0, $"{errors}{await output}");
        }
    }

    [Theory]
    [InlineData("postgres.sh", "set POSTGRES_PASSWORD")]
    [InlineData("redis.sh", "set REDIS_PASSWORD to letters, digits, or any of _ . ~ -")]
    [InlineData("rabbitmq.sh", "set RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS")]
    [InlineData("sshd.sh", "usage: sshd.sh DATA_DIR PORT")]
    public async Task A_script_says_what_it_lacks(string script, string message)
    {
        string[] arguments = script == "sshd.sh" ? [] : [Path.Combine(_folder, "data"), $"{_port}"];
        await using var server = TestProgram.Start(_folder, [], [PathOf(script), .. arguments]);

        Assert.Equal(1, await server.ExitAsync(Limit));

        Assert.Equal($"{script}: {message}", server.Output.Trim());
    }

    private static string PathOf(string script) => Path.Combine(ServerProcess.RepositoryRoot, "ContactCenter.AppHost", "Backing", "native", script);

    private async Task KeepsDataAsync(string script, Func<Task> write, Func<Task> read, params (string Name, string Value)[] environment)
    {
        foreach (var use in new[] { write, read })
        {
            await using var server = TestProgram.Start(
                _folder, environment.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)), PathOf(script), Path.Combine(_folder, "data"), _port.ToString(CultureInfo.InvariantCulture));
            await UntilAnsweredAsync(server, use);
            Assert.DoesNotContain(Processes.With(server.Mark, _folder), process => process.Contains(Password, StringComparison.Ordinal));

            await server.SignalAsync("TERM");

            Assert.Equal(0, await server.ExitAsync(Limit));
            await server.NothingLeftAsync(TimeSpan.FromSeconds(60));
        }
    }

    private static async Task UntilAnsweredAsync(TestProgram server, Func<Task> use)
    {
        Exception? last = null;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    try
                    {
                        await use();
                        return true;
                    }
                    catch (Exception exception) when (exception is not Xunit.Sdk.EqualException)
                    {
                        last = exception;
                        return false;
                    }
                },
                Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{last}\n{server.Output}");
        }
    }
}
