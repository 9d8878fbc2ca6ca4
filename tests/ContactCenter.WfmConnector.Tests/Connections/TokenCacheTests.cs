using ContactCenter.WfmConnector.Connections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;

namespace ContactCenter.WfmConnector.Tests.Connections;

public sealed class TokenCacheTests(TestServers servers) : WfmTest(servers)
{
    private readonly TestServers _servers = servers;
    private TestRedis _redis = null!;

    protected override IEnumerable<string> Settings => [$"--ConnectionStrings:redis={_redis.ConnectionString}"];

    protected override Task<string> TakeBrokerAsync() => _servers.ShareVirtualHostAsync();

    public override async ValueTask InitializeAsync()
    {
        _redis = await _servers.CreateRedisDatabaseAsync(Cancellation);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    [Rule("WFM-11")]
    public async Task The_token_comes_from_redis_and_from_postgres_where_that_has_lost_it()
    {
        await ConfigureAsync();
        var tokens = Services.GetRequiredService<CxoneTokens>();
        var connection = await Services.GetRequiredService<ConnectionStore>().ReadAsync(Cancellation);
        var first = await tokens.GetAsync(connection, refused: null, Cancellation);
        var logins = Cxone.To(CxoneStub.Login).Count();
        var redis = Services.GetRequiredService<IConnectionMultiplexer>();
        var key = $"wfm:{{cxone}}:tokens:{connection.Revision}";
        Assert.DoesNotContain(first.Token!, (string)(await redis.GetDatabase().StringGetAsync(key))!, StringComparison.Ordinal);

        await ExecuteAsync("UPDATE wfm.tokens SET renew_time = '-infinity'");
        Assert.Equal(first, await tokens.GetAsync(connection, refused: null, Cancellation));
        await ExecuteAsync("UPDATE wfm.tokens SET renew_time = 'infinity'");
        await redis.GetDatabase().KeyDeleteAsync(key);
        Assert.Equal(first, await tokens.GetAsync(connection, refused: null, Cancellation));
        await redis.GetDatabase().StringSetAsync(key, "not one of ours");
        Assert.Equal(first, await tokens.GetAsync(connection, refused: null, Cancellation));
        Assert.Equal(logins, Cxone.To(CxoneStub.Login).Count());

        // Redis and what Postgres has are lost: one login.
        await ExecuteAsync("UPDATE wfm.tokens SET tokens = NULL");
        await redis.GetDatabase().KeyDeleteAsync(key);
        var second = await tokens.GetAsync(connection, refused: null, Cancellation);
        Assert.NotEqual(first.Token, second.Token);
        // Whoever was refused with the first does not drop the second; who was refused with that one does.
        await tokens.DropAsync(connection, first.Version, Cancellation);
        Assert.Equal(second, await tokens.GetAsync(connection, refused: null, Cancellation));
        await tokens.DropAsync(connection, second.Version, Cancellation);
        Assert.False(await redis.GetDatabase().KeyExistsAsync(key));
        Assert.Equal(logins + 1, Cxone.To(CxoneStub.Login).Count());
    }

    [Fact]
    [Rule("WFM-11")]
    public async Task A_process_waits_ten_seconds_at_most_for_the_login_of_another()
    {
        await ConfigureAsync();
        var connection = await Services.GetRequiredService<ConnectionStore>().ReadAsync(Cancellation);
        await using var other = new NpgsqlConnection(ConnectionString);
        await other.OpenAsync(Cancellation);
        await using var login = await other.BeginTransactionAsync(Cancellation);
        await using (var command = new NpgsqlCommand("SELECT FROM wfm.tokens FOR UPDATE", other, login))
            await command.ExecuteNonQueryAsync(Cancellation);

        var start = TimeProvider.System.GetTimestamp();
        var (token, _, failure) = await Services.GetRequiredService<CxoneTokens>().GetAsync(connection, refused: null, Cancellation);
        Assert.Equal((null, CxoneResult.Unavailable, "TOKEN_BUSY"), (token, failure!.Result, failure.Reason));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(9.9), TimeSpan.FromSeconds(60));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
